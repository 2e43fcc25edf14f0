/** Layout of the approximation figure, wide and narrow. */

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Plan {
  narrow: boolean;
  plot: Box;
  pieces: Box;
  loss: Box;
  reached: { x: number; y: number; width: number; each: number; across: number };
  height: number;
}

const AXIS = 34; // user units left of a plot, for its numbers
const TITLE = 26;

export function layout(width: number, reached: number): Plan {
  const narrow = width < 720;
  const wide = narrow ? width : Math.round(width * 0.64);
  const tall = narrow ? 250 : Math.min(420, Math.round(wide * 0.46));
  const plot = { x: AXIS, y: TITLE, width: wide - AXIS, height: tall };
  const pieces = { x: AXIS, y: TITLE + tall + 62, width: wide - AXIS, height: narrow ? 130 : 150 };
  const side = narrow ? 0 : wide + 56;
  const below = pieces.y + pieces.height + 70;
  const loss = {
    x: side + AXIS + 8,
    y: narrow ? below : TITLE,
    width: width - side - AXIS - 8,
    height: narrow ? 110 : 150,
  };
  const room = narrow ? width : width - side;
  const across = narrow ? 2 : Math.max(2, Math.floor(room / 190));
  const each = Math.floor((room - 12 * (across - 1)) / across);
  const start = loss.y + loss.height + 84;
  const rows = Math.ceil(reached / across);
  const used = reached === 0 ? start - 60 : start + rows * (each * 0.55 + 40);
  return {
    narrow,
    plot,
    pieces,
    loss,
    reached: { x: side, y: start, width: room, each, across },
    height: Math.max(pieces.y + pieces.height + 44, used),
  };
}
