/** Slow motion: the forward pass as a line of ticks, one for every position of a window, layer after layer. */

export interface Stage {
  layer: string;
  /** Values of one map, filled in reading order; a vector fills unit by unit. */
  ticks: number;
  /** The tick at which the stage begins. */
  begin: number;
}

export interface Moment {
  /** The stage being filled; the number of stages when all is done. */
  stage: number;
  /** Values of the stage that are there already. */
  filled: number;
}

/** How long a stage is played at speed 1, in seconds. */
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

/** Where a tick is: which stage, and how much of it is filled. */
export function moment(line: readonly Stage[], tick: number): Moment {
  for (const [stage, { begin, ticks }] of line.entries()) {
    if (tick < begin + ticks) return { stage, filled: Math.max(0, Math.floor(tick - begin)) };
  }
  return { stage: line.length, filled: 0 };
}

/** The next boundary between layers after, or the last one before, a tick. */
export function boundary(line: readonly Stage[], tick: number, direction: 1 | -1): number {
  const edges = [...line.map((stage) => stage.begin), length(line)];
  if (direction === 1) return edges.find((edge) => edge > tick) ?? length(line);
  return edges.findLast((edge) => edge < tick) ?? 0;
}

/** The tick after `seconds` of play: every stage lasts equally long, however many values it has. */
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
