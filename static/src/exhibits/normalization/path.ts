/** Where the server normalizes. */
export const PATH = 'operations/normalization';
