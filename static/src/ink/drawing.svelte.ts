/** State of the drawing: marks, the growing stroke, the tool; stored so that it survives a reload. */

import { currentAddress, readInk, replaceAddress, withInk } from '../state/url';
import { pointsDrawn, demonstrationLine } from './demonstration';
import { pack, packShort, unpack } from './packing';
import * as strokes from './strokes';
import type { Drawing as Marks, Mark, Point, Stroke, Tool } from './strokes';

const STORE = 'receptive.ink';

export type Storage = 'address' | 'browser' | 'nowhere';

export class Drawing {
  /** Storage: in the browser, and for the exhibit that is the page in the address too. */
  readonly storage: Storage;

  tool = $state<Tool>('pen');
  width = $state(strokes.WIDTHS.usual);
  growing = $state.raw<Stroke | null>(null);
  /** True while the demonstration is displayed; the first touch removes it. */
  demonstration = $state(false);
  #state = $state.raw<Marks>(strokes.EMPTY);
  #frame = 0;

  constructor({ kept }: { kept: Storage }) {
    this.storage = kept;
  }

  get marks(): readonly Mark[] {
    return this.#state.marks;
  }

  get undoable(): boolean {
    return this.#state.marks.length > 0 && !this.demonstration;
  }

  get redoable(): boolean {
    return this.#state.undone.length > 0;
  }

  get blank(): boolean {
    return strokes.visible(this.marks).length === 0 && this.growing === null;
  }

  /** Restores the drawing from the address or this browser; returns false if there is none. */
  restore(): boolean {
    if (this.storage === 'nowhere') return false;
    const inAddress = this.storage === 'address' ? unpacked(readInk(currentAddress())) : null;
    const inStore = storedMarks();
    // The stored drawing also has what can be undone; it wins if both look the same.
    const sameMarks = inAddress === null || (inStore !== null && visibleText(inAddress) === visibleText(inStore));
    const marks = sameMarks ? inStore : inAddress;
    if (marks === null || strokes.visible(marks).length === 0) return false;
    this.#stopDemonstration();
    this.growing = null;
    this.#state = { marks, undone: [] };
    return true;
  }

  /** Draws the seven, at once under reduced motion. */
  demonstrate({ still: reducedMotion }: { still: boolean }): void {
    const points = demonstrationLine();
    const stroke: Stroke = { kind: 'pen', width: strokes.WIDTHS.usual, points };
    this.demonstration = true;
    if (reducedMotion) {
      this.#state = strokes.add(strokes.EMPTY, stroke);
      return;
    }
    let start: number | null = null;
    const step = (now: number) => {
      start ??= now;
      const count = pointsDrawn(now - start, points.length);
      if (count < points.length) {
        this.growing = { ...stroke, points: points.slice(0, count) };
        this.#frame = requestAnimationFrame(step);
      } else {
        this.growing = null;
        this.#state = strokes.add(strokes.EMPTY, stroke);
      }
    };
    this.#frame = requestAnimationFrame(step);
  }

  begin(at: Point, tool: Tool = this.tool): void {
    this.#endDemonstration();
    this.end();
    this.growing = { kind: tool, width: Math.round(this.width * (tool === 'eraser' ? 1.5 : 1)), points: [at] };
  }

  extend(points: readonly Point[]): void {
    if (this.growing !== null) this.growing = strokes.extend(this.growing, points);
  }

  end(): void {
    const { growing } = this;
    if (growing === null) return;
    this.growing = null;
    if (growing.kind === 'pen' || !this.blank) this.#setState(strokes.add(this.#state, growing));
  }

  placePicture(source: string): void {
    this.#endDemonstration();
    this.end();
    this.#setState(strokes.add(this.#state, { kind: 'picture', source }));
  }

  undo(): void {
    this.end();
    if (this.undoable) this.#setState(strokes.undo(this.#state));
  }

  redo(): void {
    this.end();
    this.#setState(strokes.redo(this.#state));
  }

  /** Empties the sheet and selects the pen. */
  clear(): void {
    this.#endDemonstration();
    this.end();
    this.#setState(strokes.clear(this.#state));
    this.tool = 'pen';
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
  }

  #endDemonstration(): void {
    if (!this.demonstration) return;
    this.#stopDemonstration();
    this.growing = null;
    this.#state = strokes.EMPTY;
  }

  #stopDemonstration(): void {
    cancelAnimationFrame(this.#frame);
    this.demonstration = false;
  }

  #setState(state: Marks): void {
    if (state === this.#state) return;
    this.#state = state;
    if (this.storage === 'nowhere') return;
    const visible = strokes.visible(state.marks);
    store(pack(state.marks), pack(visible));
    if (this.storage === 'address') replaceAddress(withInk(currentAddress(), packShort(visible)));
  }
}

function unpacked(packed: string | null): Mark[] | null {
  return packed === null ? null : unpack(packed);
}

function visibleText(marks: readonly Mark[]): string {
  return pack(strokes.visible(marks));
}

/** Marks stored in this browser; null if there are none. */
export function storedMarks(): Mark[] | null {
  try {
    return unpacked(localStorage.getItem(STORE));
  } catch {
    return null; // a browser may forbid storage
  }
}

/** Stores the first of these texts that fits. */
function store(...packed: string[]): void {
  for (const text of packed) {
    try {
      localStorage.setItem(STORE, text);
      return;
    } catch {
      // storage is full or forbidden: a shorter text may fit
    }
  }
}
