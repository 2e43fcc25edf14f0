/** Position of a pointer in the user units of an SVG element. */

export function pointIn(event: PointerEvent | MouseEvent): { x: number; y: number } {
  const matrix = (event.currentTarget as SVGGraphicsElement).getScreenCTM();
  const at = new DOMPoint(event.clientX, event.clientY);
  const { x, y } = matrix === null ? at : at.matrixTransform(matrix.inverse());
  return { x, y };
}
