/** Slow motion: the forward pass as ticks, one per window position, layer by layer. */

export interface Stage {
  layer: string;
  /** Values of one map, filled in reading order; a vector is filled unit by unit. */
  ticks: number;
  /** First tick of the stage. */
  begin: number;
}

export interface Moment {
  /** Index of the current stage; the number of stages at the end. */
  stage: number;
  /** Values of the stage computed so far. */
  filled: number;
}

/** Duration of a stage at speed 1, seconds. */
export const STAGE_SECONDS = 2.4;

export function stages(layers: readonly { layer: string; ticks: number }[]): Stage[] {
  let begin = 0;
  return layers.map(({ layer, ticks }) => {
    const stage = { layer, ticks, begin };
    begin += ticks;
    return stage;
  });
}

export function length(line: readonly Stage[]): number {
  const last = line.at(-1);
  return last === undefined ? 0 : last.begin + last.ticks;
}

/** Stage and progress at a tick. */
export function moment(line: readonly Stage[], tick: number): Moment {
  for (const [stage, { begin, ticks }] of line.entries()) {
    if (tick < begin + ticks) return { stage, filled: Math.max(0, Math.floor(tick - begin)) };
  }
  return { stage: line.length, filled: 0 };
}

/** The next layer boundary after a tick, or the last one before it. */
export function boundary(line: readonly Stage[], tick: number, direction: 1 | -1): number {
  const edges = [...line.map((stage) => stage.begin), length(line)];
  if (direction === 1) return edges.find((edge) => edge > tick) ?? length(line);
  return edges.findLast((edge) => edge < tick) ?? 0;
}

/** The tick after `seconds`: every stage has the same duration. */
export function play(line: readonly Stage[], tick: number, seconds: number, speed: number): number {
  let now = tick;
  let left = seconds * speed;
  while (left > 0) {
    const stage = line[moment(line, now).stage];
    if (stage === undefined) return length(line);
    const pace = stage.ticks / STAGE_SECONDS;
    const room = (stage.begin + stage.ticks - now) / pace;
    if (left < room) return now + left * pace;
    left -= room;
    now = stage.begin + stage.ticks;
  }
  return now;
}
