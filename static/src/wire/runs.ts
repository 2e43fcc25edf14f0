/** Runs of the training lab: what the server knows of them, and what can be asked of it. */

import { at } from '../state/url';
import { AskError, get, post, problemOf } from './ask';
import { home } from './home';
import { decode, type Tensors } from './safetensors';
import type {
  Curve,
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

export type { Curve, DatasetFacts, DrawnFacts, EpochEvent, Figures, LayerFacts, Plan, Run, Stretch };
export type Status = Run['status'];

export type Server = string | URL | undefined;

/** The settings of a run as they are sent: what is not there is as usual. */
export type SettingsSaid = Record<string, unknown>;

export const SHIPPED = 'prepared-'; // how the ids of runs begin that came with the software

/** Whether a run is a recorded one, which has come without its weights. */
export function isShipped(id: string): boolean {
  return id.startsWith(SHIPPED);
}

export function isLive(run: Run): boolean {
  return run.status === 'running' || run.status === 'queued';
}

export async function runs(server: Server, signal?: AbortSignal): Promise<Run[]> {
  return (await get<{ runs: Run[] }>('runs', server, signal)).runs;
}

export function run(id: string, server: Server): Promise<Run> {
  return get<Run>(`runs/${id}`, server);
}

export function begin(settings: object, server: Server, name?: string): Promise<Run> {
  return post<Run>('runs', name === undefined ? settings : { ...settings, name }, server);
}

export function stop(id: string, server: Server): Promise<Run> {
  return post<Run>(`runs/${id}/stop`, {}, server);
}

export function resume(id: string, server: Server): Promise<Run> {
  return post<Run>(`runs/${id}/continue`, {}, server);
}

export async function rename(id: string, change: { name?: string; note?: string }, server: Server): Promise<void> {
  await sent(`runs/${id}`, server, 'PATCH', change);
}

export async function remove(id: string, server: Server): Promise<void> {
  await sent(`runs/${id}`, server, 'DELETE');
}

/** Where a run can be downloaded whole. */
export function downloadOf(id: string, server: Server): string {
  return at(home(server), `runs/${id}/download`).href;
}

/** Where the pictures are that were one thing and called another. */
export function mistakesOf(id: string, actual: number, called: number, server: Server): string {
  return at(home(server), `runs/${id}/mistakes/${actual}/${called}`).href;
}

/** At most so many of a run's steps, with their running means, and everything that is not about single steps. */
export function curve(id: string, points: number, smoothing: number, server: Server): Promise<Curve> {
  return get<Curve>(`runs/${id}/curve?points=${points}&smoothing=${smoothing}`, server);
}

/** The same of the steps from one to another, and nothing but steps. */
export function stretch(
  id: string,
  [from, to]: readonly [number, number],
  points: number,
  smoothing: number,
  server: Server,
): Promise<Stretch> {
  return get<Stretch>(`runs/${id}/steps?from=${from}&to=${to}&points=${points}&smoothing=${smoothing}`, server);
}

/** Epochs with their confusion matrices and layers: those from one to another, or some of all, evenly. */
export async function epochs(id: string, most: number, server: Server, only?: number): Promise<EpochEvent[]> {
  const which = only === undefined ? '' : `&from=${only}&to=${only}`;
  return (await get<Epochs>(`runs/${id}/epochs?most=${most}${which}`, server)).epochs;
}

/** The weights as they were after a step. Throws AskError. */
export async function snapshot(id: string, step: number, server: Server): Promise<Tensors> {
  const response = await sent(`runs/${id}/snapshots/${step}`, server, 'GET');
  return decode(await response.arrayBuffer());
}

/** What augmentation does to samples, as a PNG. Throws AskError. */
export async function sheet(question: object, server: Server, signal: AbortSignal): Promise<Blob> {
  return (await sent('runs/augmentation', server, 'POST', question, signal)).blob();
}

export async function datasets(server: Server): Promise<DatasetFacts[]> {
  return (await get<{ datasets: DatasetFacts[] }>('datasets', server)).datasets;
}

/** Throws AskError with what the server says. */
export async function sent(
  path: string,
  server: Server,
  method: string,
  question?: object,
  signal?: AbortSignal,
): Promise<Response> {
  const init: RequestInit = { method, ...(signal === undefined ? {} : { signal }) };
  if (question !== undefined) {
    init.headers = { 'Content-Type': 'application/json' };
    init.body = JSON.stringify(question);
  }
  const response = await fetch(at(home(server), path), init);
  if (response.ok) return response;
  throw new AskError(await problemOf(response));
}
