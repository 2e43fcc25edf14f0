/** Path of the server's operation. */
export const PATH = 'operations/normalization';
