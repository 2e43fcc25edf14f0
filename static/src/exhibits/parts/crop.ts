/** The square crop of a visitor's picture. */

export interface Square {
  x: number;
  y: number;
  side: number;
}

const SIDE = 256; // pixels of the square that is kept

/** The largest centred square. */
export function middle(width: number, height: number): Square {
  const side = Math.min(width, height);
  return { x: (width - side) / 2, y: (height - side) / 2, side };
}

/** The square moved, and scaled about its centre, within the picture. */
export function movedSquare(
  square: Square,
  by: { x?: number; y?: number; scale?: number },
  width: number,
  height: number,
): Square {
  const side = Math.min(Math.max(8, square.side * (by.scale ?? 1)), width, height);
  const shift = (square.side - side) / 2;
  return {
    side,
    x: Math.min(width - side, Math.max(0, square.x + shift + (by.x ?? 0))),
    y: Math.min(height - side, Math.max(0, square.y + shift + (by.y ?? 0))),
  };
}

/** The square as a data URL at the size that exhibits use. */
export function cut(picture: ImageBitmap, { x, y, side }: Square): string {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser paints no 2D canvas');
  context.fillStyle = '#fff'; // what is transparent lies on white paper
  context.fillRect(0, 0, SIDE, SIDE);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, x, y, side, side, 0, 0, SIDE, SIDE);
  return canvas.toDataURL('image/png');
}
