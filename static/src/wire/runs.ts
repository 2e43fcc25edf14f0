/** REST client for training runs and data sets. */

import { at } from '../state/url';
import { RequestError, get, post, problemOf } from './request';
import { serverRoot } from './server';
import { decode, type Tensors } from './safetensors';
import type {
  Curve,
  DamagedRun,
  DatasetFacts,
  DrawnFacts,
  EpochEvent,
  Epochs,
  Figures,
  LayerFacts,
  Plan,
  Run,
  Stretch,
} from './types';

export type { Curve, DamagedRun, DatasetFacts, DrawnFacts, EpochEvent, Figures, LayerFacts, Plan, Run, Stretch };
export type Status = Run['status'];

export type Server = string | URL | undefined;

/** The settings of a run as they are sent; a missing one has its default. */
export type GivenSettings = Record<string, unknown>;

export const RECORDED_PREFIX = 'prepared-'; // prefix of the ids of recorded runs

/** True for a recorded run, which is shipped without its weights. */
export function isRecorded(id: string): boolean {
  return id.startsWith(RECORDED_PREFIX);
}

export function isLive(run: Run): boolean {
  return run.status === 'running' || run.status === 'queued';
}

export async function runs(server: Server, signal?: AbortSignal): Promise<Run[]> {
  return (await get<{ runs: Run[] }>('runs', server, signal)).runs;
}

/** All runs, and those whose files cannot be read. */
export async function runList(server: Server): Promise<{ runs: Run[]; damaged: DamagedRun[] }> {
  const { runs, damaged } = await get<{ runs: Run[]; damaged?: DamagedRun[] | null }>('runs', server);
  return { runs, damaged: damaged ?? [] };
}

export function run(id: string, server: Server): Promise<Run> {
  return get<Run>(`runs/${id}`, server);
}

export function startRun(settings: object, server: Server, name?: string): Promise<Run> {
  return post<Run>('runs', name === undefined ? settings : { ...settings, name }, server);
}

export function stop(id: string, server: Server): Promise<Run> {
  return post<Run>(`runs/${id}/stop`, {}, server);
}

export function resume(id: string, server: Server): Promise<Run> {
  return post<Run>(`runs/${id}/continue`, {}, server);
}

export async function rename(id: string, change: { name?: string; note?: string }, server: Server): Promise<void> {
  await send(`runs/${id}`, server, 'PATCH', change);
}

export async function remove(id: string, server: Server): Promise<void> {
  await send(`runs/${id}`, server, 'DELETE');
}

/** Address of the archive of a run. */
export function downloadOf(id: string, server: Server): string {
  return at(serverRoot(server), `runs/${id}/download`).href;
}

/** Address of the picture of samples of class `actual` that the network predicted as `called`. */
export function mistakesOf(id: string, actual: number, predicted: number, server: Server): string {
  return at(serverRoot(server), `runs/${id}/mistakes/${actual}/${predicted}`).href;
}

/** The training curve: at most `points` steps with their running means, all epochs and events. */
export function curve(id: string, points: number, smoothing: number, server: Server): Promise<Curve> {
  return get<Curve>(`runs/${id}/curve?points=${points}&smoothing=${smoothing}`, server);
}

/** Part of the curve between two steps, with at most `points` of them. */
export function stretch(
  id: string,
  [from, to]: readonly [number, number],
  points: number,
  smoothing: number,
  server: Server,
): Promise<Stretch> {
  return get<Stretch>(`runs/${id}/steps?from=${from}&to=${to}&points=${points}&smoothing=${smoothing}`, server);
}

/** Epochs with confusion matrices and layer statistics: one of them, or at most `most`, evenly spaced. */
export async function epochs(id: string, most: number, server: Server, only?: number): Promise<EpochEvent[]> {
  const which = only === undefined ? '' : `&from=${only}&to=${only}`;
  return (await get<Epochs>(`runs/${id}/epochs?most=${most}${which}`, server)).epochs;
}

/** Weights after a step. Throws RequestError. */
export async function snapshot(id: string, step: number, server: Server): Promise<Tensors> {
  const response = await send(`runs/${id}/snapshots/${step}`, server, 'GET');
  return decode(await response.arrayBuffer());
}

/** A sheet of augmented samples as a PNG. Throws RequestError. */
export async function sheet(payload: object, server: Server, signal: AbortSignal): Promise<Blob> {
  return (await send('runs/augmentation', server, 'POST', payload, signal)).blob();
}

export async function datasets(server: Server): Promise<DatasetFacts[]> {
  return (await get<{ datasets: DatasetFacts[] }>('datasets', server)).datasets;
}

/** Sends a request and returns the response; throws RequestError if it is refused. */
export async function send(
  path: string,
  server: Server,
  method: string,
  payload?: object,
  signal?: AbortSignal,
): Promise<Response> {
  const init: RequestInit = { method, ...(signal === undefined ? {} : { signal }) };
  if (payload !== undefined) {
    init.headers = { 'Content-Type': 'application/json' };
    init.body = JSON.stringify(payload);
  }
  const response = await fetch(at(serverRoot(server), path), init);
  if (response.ok) return response;
  throw new RequestError(await problemOf(response));
}
