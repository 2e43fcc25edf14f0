/** The socket: the newest stroke goes out, the newest frame comes in, and a lost connection comes back by itself. */

import { decodeFrame, type Frame } from './frame';
import { encodeStroke, type Raster } from './stroke';
import type { Look, Problem, SocketError, Waking } from './types';

export type Status = 'connecting' | 'waking' | 'live' | 'lost';

export interface Listener {
  frame(frame: Frame): void;
  /** `retryAt` is when the next try starts, on the clock of Date.now(), while the connection is lost. */
  status(status: Status, retryAt: number | null): void;
  problem(problem: Problem): void;
  /** A raster has left; `time` is that of the event which drew it. */
  sent?(sequence: number, time: number): void;
}

const UNANSWERED = 1; // strokes under way; a second one would only wait in the server's place for the newest
const PATIENCE = 5000; // ms until a stroke that nobody answers says that the connection is lost
const FIRST_WAIT = 500; // ms before the first try to come back; doubles with each
const LONGEST_WAIT = 10_000; // ms

interface Waiting {
  sequence: number;
  raster: Raster;
  time: number;
}

export class Live {
  #socket: WebSocket | null = null;
  #look: Look;
  #newest: Waiting | null = null;
  #unanswered: number[] = [];
  #sequence = 0;
  #sent = 0; // the newest stroke that this connection has seen
  #shown = 0;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #status: Status = 'connecting';
  #closed = false;

  constructor(
    readonly url: string,
    look: Look,
    readonly listener: Listener,
  ) {
    this.#look = look;
    this.#connect();
  }

  /** Says what is in view; the server answers the newest raster again in that view. */
  look(look: Look): void {
    this.#look = look;
    if (this.#open) this.#socket?.send(JSON.stringify(look));
  }

  /** Takes the place of whatever raster still waits. */
  draw(raster: Raster, time = 0): void {
    this.#newest = { sequence: ++this.#sequence, raster, time };
    this.#pump();
  }

  /** Tries to come back now instead of when the wait is over. */
  retry(): void {
    if (this.#status === 'lost' && this.#socket === null) this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#patience);
    this.#socket?.close();
    this.#socket = null;
  }

  get #open(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #connect(): void {
    clearTimeout(this.#retry);
    const socket = new WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#opened();
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) =>
      typeof data === 'string' ? this.#told(data) : this.#answered(data);
    socket.onclose = () => {
      if (socket === this.#socket) this.#lost();
    };
    this.#socket = socket;
  }

  #opened(): void {
    this.#tries = 0;
    this.#sent = 0;
    this.#unanswered = [];
    this.#say('live');
    this.look(this.#look);
    this.#pump();
  }

  /** A network that goes away need not close its sockets: one that stays silent is given up. */
  #drop(): void {
    const silent = this.#socket;
    this.#lost();
    silent?.close();
  }

  #lost(): void {
    this.#socket = null;
    clearTimeout(this.#patience);
    if (this.#closed) return;
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#tries++) * (0.75 + Math.random() / 2);
    this.#retry = setTimeout(() => this.#connect(), wait);
    this.#say('lost', Date.now() + wait);
  }

  #pump(): void {
    const newest = this.#newest;
    if (newest === null || newest.sequence <= this.#sent || !this.#open) return;
    if (this.#unanswered.length >= UNANSWERED) return;
    this.#socket?.send(encodeStroke(newest.sequence, newest.raster));
    this.#sent = newest.sequence;
    this.#unanswered.push(newest.sequence);
    this.#watch();
    this.listener.sent?.(newest.sequence, newest.time);
  }

  #watch(): void {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      if (this.#status === 'waking') this.#watch();
      else this.#drop();
    }, PATIENCE);
  }

  /** Every stroke up to `sequence` is answered or overtaken. */
  #settle(sequence: number): void {
    this.#unanswered = this.#unanswered.filter((waiting) => waiting > sequence);
    if (this.#unanswered.length === 0) clearTimeout(this.#patience);
    this.#pump();
  }

  #answered(data: ArrayBuffer): void {
    const frame = decodeFrame(data);
    const { sequence, model } = frame.header;
    this.#say('live');
    this.#settle(sequence);
    if (sequence < this.#shown || model !== this.#look.model) return;
    this.#shown = sequence;
    this.listener.frame(frame);
  }

  #told(text: string): void {
    const message = JSON.parse(text) as Waking | SocketError;
    if (message.type === 'waking') {
      this.#say('waking');
    } else {
      this.listener.problem(message.problem);
      this.#settle(message.sequence ?? this.#sequence);
    }
  }

  #say(status: Status, retryAt: number | null = null): void {
    if (status === this.#status && retryAt === null) return;
    this.#status = status;
    this.listener.status(status, retryAt);
  }
}
