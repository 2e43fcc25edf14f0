/** The visitor's drawing while it is worked on: its marks, the stroke that grows, the tool in the hand; never lost. */

import { currentAddress, readInk, replaceAddress, withInk } from '../state/url';
import { drawn, line } from './demonstration';
import { pack, packShort, unpack } from './packing';
import * as strokes from './strokes';
import type { Drawing as Marks, Mark, Point, Stroke, Tool } from './strokes';

const STORE = 'receptive.ink';

export type Kept = 'address' | 'browser' | 'nowhere';

export class Drawing {
  /** Where it is kept: in the browser, and in the address too for the exhibit that is the page. */
  readonly kept: Kept;

  tool = $state<Tool>('pen');
  width = $state(strokes.WIDTHS.usual);
  growing = $state.raw<Stroke | null>(null);
  /** True while what is seen is the demonstration, which gives way to the visitor's first touch. */
  demonstration = $state(false);
  #state = $state.raw<Marks>(strokes.NOTHING);
  #frame = 0;

  constructor({ kept }: { kept: Kept }) {
    this.kept = kept;
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

  /** Brings back what the address says, or what this browser kept; false where there is nothing. */
  restore(): boolean {
    if (this.kept === 'nowhere') return false;
    const inAddress = this.kept === 'address' ? unpacked(readInk(currentAddress())) : null;
    const inStore = stored();
    // The store knows more (what can be undone), so long as both show the same.
    const same = inAddress === null || (inStore !== null && shown(inAddress) === shown(inStore));
    const marks = same ? inStore : inAddress;
    if (marks === null || strokes.visible(marks).length === 0) return false;
    this.#stopDemonstration();
    this.growing = null;
    this.#state = { marks, undone: [] };
    return true;
  }

  /** Draws the seven, at once where motion is not wanted. */
  demonstrate({ still }: { still: boolean }): void {
    const points = line();
    const whole: Stroke = { kind: 'pen', width: strokes.WIDTHS.usual, points };
    this.demonstration = true;
    if (still) {
      this.#state = strokes.add(strokes.NOTHING, whole);
      return;
    }
    let start: number | null = null;
    const step = (now: number) => {
      start ??= now;
      const count = drawn(now - start, points.length);
      if (count < points.length) {
        this.growing = { ...whole, points: points.slice(0, count) };
        this.#frame = requestAnimationFrame(step);
      } else {
        this.growing = null;
        this.#state = strokes.add(strokes.NOTHING, whole);
      }
    };
    this.#frame = requestAnimationFrame(step);
  }

  begin(at: Point, tool: Tool = this.tool): void {
    this.#giveWay();
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
    if (growing.kind === 'pen' || !this.blank) this.#become(strokes.add(this.#state, growing));
  }

  place(source: string): void {
    this.#giveWay();
    this.end();
    this.#become(strokes.add(this.#state, { kind: 'picture', source }));
  }

  undo(): void {
    this.end();
    if (this.undoable) this.#become(strokes.undo(this.#state));
  }

  redo(): void {
    this.end();
    this.#become(strokes.redo(this.#state));
  }

  /** An empty sheet, and the pen for it: an eraser would find nothing there. */
  clear(): void {
    this.#giveWay();
    this.end();
    this.#become(strokes.clear(this.#state));
    this.tool = 'pen';
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
  }

  #giveWay(): void {
    if (!this.demonstration) return;
    this.#stopDemonstration();
    this.growing = null;
    this.#state = strokes.NOTHING;
  }

  #stopDemonstration(): void {
    cancelAnimationFrame(this.#frame);
    this.demonstration = false;
  }

  #become(state: Marks): void {
    if (state === this.#state) return;
    this.#state = state;
    if (this.kept === 'nowhere') return;
    const seen = strokes.visible(state.marks);
    store(pack(state.marks), pack(seen));
    if (this.kept === 'address') replaceAddress(withInk(currentAddress(), packShort(seen)));
  }
}

function unpacked(packed: string | null): Mark[] | null {
  return packed === null ? null : unpack(packed);
}

function shown(marks: readonly Mark[]): string {
  return pack(strokes.visible(marks));
}

/** The marks that this browser keeps; null where there are none. */
export function stored(): Mark[] | null {
  try {
    return unpacked(localStorage.getItem(STORE));
  } catch {
    return null; // a browser may forbid its store
  }
}

/** The first of these that there is room for. */
function store(...packed: string[]): void {
  for (const text of packed) {
    try {
      localStorage.setItem(STORE, text);
      return;
    } catch {
      // full or forbidden: what is seen may still fit
    }
  }
}
