/** The socket: sends the newest stroke, receives the newest frame, and reconnects by itself. */

import { decodeFrame, type Frame } from './frame';
import { encodeStroke, type Raster } from './stroke';
import type { Look, Problem, SocketError, Waking } from './types';

export type Status = 'connecting' | 'waking' | 'live' | 'lost';

export interface Listener {
  frame(frame: Frame): void;
  /** `retryAt`: time of the next try (ms, Date.now()) while the connection is lost. */
  status(status: Status, retryAt: number | null): void;
  problem(problem: Problem): void;
  /** A raster has been sent; `time` is the timestamp of the event that drew it. */
  sent?(sequence: number, time: number): void;
}

const MAX_UNANSWERED = 1; // strokes under way; a second one would only queue at the server
const ANSWER_TIMEOUT = 5000; // ms without an answer after which the connection counts as lost
const FIRST_DELAY = 500; // ms before the first retry; doubled by each
const MAX_DELAY = 10_000; // ms

interface PendingStroke {
  sequence: number;
  raster: Raster;
  time: number;
}

export class LiveSocket {
  #socket: WebSocket | null = null;
  #look: Look;
  #newest: PendingStroke | null = null;
  #unanswered: number[] = [];
  #sequence = 0;
  #sentSequence = 0; // the newest stroke sent on this connection
  #shownSequence = 0;
  #tries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #answerTimer: ReturnType<typeof setTimeout> | undefined;
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

  /** Sets the view; the server answers the newest raster again for it. */
  look(look: Look): void {
    this.#look = look;
    if (this.#open) this.#socket?.send(JSON.stringify(look));
  }

  /** Sends a raster, replacing the one that waits. */
  draw(raster: Raster, time = 0): void {
    this.#newest = { sequence: ++this.#sequence, raster, time };
    this.#sendNewest();
  }

  /** Reconnects now instead of after the delay. */
  retry(): void {
    if (this.#status === 'lost' && this.#socket === null) this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#answerTimer);
    this.#socket?.close();
    this.#socket = null;
  }

  get #open(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #connect(): void {
    clearTimeout(this.#retryTimer);
    const socket = new WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.#onOpen();
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) =>
      typeof data === 'string' ? this.#onText(data) : this.#onFrame(data);
    socket.onclose = () => {
      if (socket === this.#socket) this.#onClose();
    };
    this.#socket = socket;
  }

  #onOpen(): void {
    this.#tries = 0;
    this.#sentSequence = 0;
    this.#unanswered = [];
    this.#setStatus('live');
    this.look(this.#look);
    this.#sendNewest();
  }

  /** Closes a silent connection: a lost network sends no close frame. */
  #drop(): void {
    const silent = this.#socket;
    this.#onClose();
    silent?.close();
  }

  #onClose(): void {
    this.#socket = null;
    clearTimeout(this.#answerTimer);
    if (this.#closed) return;
    const delay = Math.min(MAX_DELAY, FIRST_DELAY * 2 ** this.#tries++) * (0.75 + Math.random() / 2);
    this.#retryTimer = setTimeout(() => this.#connect(), delay);
    this.#setStatus('lost', Date.now() + delay);
  }

  #sendNewest(): void {
    const newest = this.#newest;
    if (newest === null || newest.sequence <= this.#sentSequence || !this.#open) return;
    if (this.#unanswered.length >= MAX_UNANSWERED) return;
    this.#socket?.send(encodeStroke(newest.sequence, newest.raster));
    this.#sentSequence = newest.sequence;
    this.#unanswered.push(newest.sequence);
    this.#startTimer();
    this.listener.sent?.(newest.sequence, newest.time);
  }

  #startTimer(): void {
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => {
      if (this.#status === 'waking') this.#startTimer();
      else this.#drop();
    }, ANSWER_TIMEOUT);
  }

  /** Marks every stroke up to `sequence` as answered or replaced. */
  #settle(sequence: number): void {
    this.#unanswered = this.#unanswered.filter((waiting) => waiting > sequence);
    if (this.#unanswered.length === 0) clearTimeout(this.#answerTimer);
    this.#sendNewest();
  }

  #onFrame(data: ArrayBuffer): void {
    const frame = decodeFrame(data);
    const { sequence, model } = frame.header;
    this.#setStatus('live');
    this.#settle(sequence);
    if (sequence < this.#shownSequence || model !== this.#look.model) return;
    this.#shownSequence = sequence;
    this.listener.frame(frame);
  }

  #onText(text: string): void {
    const message = JSON.parse(text) as Waking | SocketError;
    if (message.type === 'waking') {
      this.#setStatus('waking');
    } else {
      this.listener.problem(message.problem);
      this.#settle(message.sequence ?? this.#sequence);
    }
  }

  #setStatus(status: Status, retryAt: number | null = null): void {
    if (status === this.#status && retryAt === null) return;
    this.#status = status;
    this.listener.status(status, retryAt);
  }
}
