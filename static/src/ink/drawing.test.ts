/** The drawing: marks on the sheet and their storage. */

import { expect, test } from 'vitest';

import { Drawing } from './drawing.svelte';
import { point, type Tool } from './strokes';

function stroke(drawing: Drawing, tool: Tool): void {
  drawing.tool = tool;
  drawing.begin(point(40, 40));
  drawing.extend([point(160, 160)]);
  drawing.end();
}

test('clearing the sheet selects the pen', () => {
  const drawing = new Drawing({ kept: 'nowhere' });
  stroke(drawing, 'pen');
  stroke(drawing, 'eraser');
  drawing.clear();
  expect([drawing.blank, drawing.tool]).toEqual([true, 'pen']);
});

test('an eraser on an empty sheet leaves nothing to undo', () => {
  const drawing = new Drawing({ kept: 'nowhere' });
  stroke(drawing, 'eraser');
  expect(drawing.undoable).toBe(false);
  stroke(drawing, 'pen');
  stroke(drawing, 'eraser');
  expect(drawing.marks.map(({ kind }) => kind)).toEqual(['pen', 'eraser']);
});
