/** Batch normalization of batch after batch, each with the running statistics of the one before. */

import { readSource, sourceText, type Source } from '../../ink/source';
import { versionOf, type Maps, type Network } from '../../scene/network';
import { companions, stacked } from '../../scene/normalization';
import { volume, type Volume } from '../../scene/volume';
import { get, post, type FloatTensor } from '../../wire/request';
import { maps, withRetry } from '../parts/loading';
import { PATH } from './path';

export interface BatchSettings {
  network: Network;
  layer: Maps;
  batch: number;
  momentum: number;
  eps: number;
  seed: number;
}

/** The displayed batch, from 0, in training or evaluation mode. */
export interface Shown {
  position: number;
  training: boolean;
  trained: number;
}

export interface Batched {
  layer: Maps;
  settings: BatchSettings;
  training: boolean;
  trained: number;
  position: number;
  side: number;
  maps: number;
  /** Values of one map. */
  cells: number;
  /** The visitor's digit. */
  own: Volume;
  /** Maps of every digit, the visitor's first. */
  before: Volume[];
  after: Volume[];
  /** Statistics of every map, as applied. */
  mean: Float32Array;
  variance: Float32Array;
  means: (map: number) => Course;
  variances: (map: number) => Course;
}

/** A statistic of one map per batch: the batch's own, and the running one after it. */
export interface Course {
  batch: number[];
  running: number[];
}

interface Answer {
  tensors: Record<'output' | 'mean' | 'variance' | 'running_mean' | 'running_variance', FloatTensor>;
}

type Statistics = Record<'mean' | 'variance' | 'runningMean' | 'runningVariance', Float32Array>;

export class Batches {
  #key = '';
  #done: Statistics[] = [];
  #volumes = new Map<string, Promise<Volume | null>>();
  #tray: Promise<number> | null = null;

  constructor(readonly server: string | undefined) {}

  /** The requested batch; null once it is no longer needed. Throws RequestError. */
  async reach(
    source: Source,
    settings: BatchSettings,
    shown: Shown,
    wanted: () => boolean,
    onlost: (problem: string) => void,
  ): Promise<Batched | null> {
    const own = await maps(source, settings.layer.name, settings.network, this.server, wanted, onlost);
    if (own === null) return null;
    // A drawing has no name of its own: its values tell it from others.
    const { network, ...rest } = settings;
    const key = JSON.stringify([
      versionOf(network),
      rest,
      sourceText(source),
      source.kind === 'digit' ? 0 : checksum(own),
    ]);
    if (key !== this.#key) [this.#key, this.#done] = [key, []];
    const done = this.#done;
    const last = shown.training ? shown.position : shown.trained - 1;
    // All at once: the browser asks for as many as it may side by side.
    for (let batch = done.length; batch <= last; batch += 1) {
      this.#digits(batch, source, own, settings, wanted, onlost).catch(() => undefined);
    }
    let seen: { digits: Volume[]; answer: Answer } | null = null;
    for (let batch = Math.min(done.length, last); batch <= last; batch += 1) {
      const digits = await this.#digits(batch, source, own, settings, wanted, onlost);
      if (digits === null) return null;
      const answer = await withRetry(() => this.#ask(digits, settings, true, done[batch - 1]), wanted, onlost);
      if (answer === null) return null;
      done[batch] = statisticsOf(answer);
      seen = { digits, answer };
    }
    if (!shown.training) {
      const digits = await this.#digits(shown.position, source, own, settings, wanted, onlost);
      if (digits === null) return null;
      const answer = await withRetry(() => this.#ask(digits, settings, false, done[last]), wanted, onlost);
      if (answer === null) return null;
      seen = { digits, answer };
    }
    return seen === null || !wanted() ? null : batched(settings, shown, own, seen, done);
  }

  async #digits(
    batch: number,
    source: Source,
    own: Volume,
    { network, layer, batch: size, seed }: BatchSettings,
    wanted: () => boolean,
    onlost: (problem: string) => void,
  ): Promise<Volume[] | null> {
    const chosen = source.kind === 'digit' ? source.id : null;
    const others = size === 1 ? [] : companions(batch, size, await this.#trayed(), chosen, seed);
    const found = await Promise.all(others.map((id) => this.#volume(id, layer, network, wanted, onlost)));
    if (!wanted()) return null;
    return [own, ...found.filter((one) => one !== null)];
  }

  #volume(
    id: number,
    layer: Maps,
    network: Network,
    wanted: () => boolean,
    onlost: (problem: string) => void,
  ): Promise<Volume | null> {
    const name = `${versionOf(network)} ${layer.name} ${id}`;
    const asked = this.#volumes.get(name);
    if (asked !== undefined) return asked;
    const source = readSource(`digit:${id}`);
    const asking =
      source === null ? Promise.resolve(null) : maps(source, layer.name, network, this.server, wanted, onlost);
    this.#volumes.set(name, asking);
    const forget = () => this.#volumes.delete(name);
    asking.then((found) => found ?? forget(), forget);
    return asking;
  }

  #trayed(): Promise<number> {
    this.#tray ??= get<unknown[]>('samples', this.server).then((rows) => rows.length);
    this.#tray.catch(() => (this.#tray = null));
    return this.#tray;
  }

  #ask(
    digits: readonly Volume[],
    { momentum, eps }: BatchSettings,
    training: boolean,
    before: Statistics | undefined,
  ): Promise<Answer> {
    const { channels = 1, height = 1, width = 1 } = digits[0] ?? {};
    const input = { shape: [digits.length, channels, height, width], data: stacked(digits) };
    const running = before && {
      running_mean: { shape: [channels], data: before.runningMean },
      running_variance: { shape: [channels], data: before.runningVariance },
    };
    return post<Answer>(PATH, { kind: 'batch', training, momentum, eps, tensors: { input, ...running } }, this.server);
  }
}

function statisticsOf({ tensors }: Answer): Statistics {
  return {
    mean: tensors.mean.data,
    variance: tensors.variance.data,
    runningMean: tensors.running_mean.data,
    runningVariance: tensors.running_variance.data,
  };
}

function batched(
  settings: BatchSettings,
  { position, training, trained }: Shown,
  own: Volume,
  { digits: before, answer }: { digits: Volume[]; answer: Answer },
  done: readonly Statistics[],
): Batched {
  const { tensors } = answer;
  const { channels, height, width: side } = own;
  const size = channels * height * side;
  const course = (own: 'mean' | 'variance', running: 'runningMean' | 'runningVariance') => {
    const known = done.slice();
    return (map: number): Course => ({
      batch: known.map((one) => one[own][map] ?? NaN),
      running: known.map((one) => one[running][map] ?? NaN),
    });
  };
  return {
    layer: settings.layer,
    settings,
    training,
    trained,
    position,
    side,
    maps: channels,
    cells: height * side,
    own,
    before,
    after: before.map((_, index) =>
      volume(channels, height, side, tensors.output.data.subarray(index * size, (index + 1) * size)),
    ),
    mean: tensors.mean.data,
    variance: tensors.variance.data,
    means: course('mean', 'runningMean'),
    variances: course('variance', 'runningVariance'),
  };
}

/** FNV-1a hash of the values' bits. */
function checksum({ data }: Volume): number {
  let hash = 0x811c9dc5;
  for (const word of new Uint32Array(data.buffer, data.byteOffset, data.length)) {
    hash = Math.imul(hash ^ word, 0x01000193) >>> 0;
  }
  return hash;
}
