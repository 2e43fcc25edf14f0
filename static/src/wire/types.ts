// Every message that crosses the wire, written by `npm run types` from schema.json, which app/schemas.py writes.

/**
 * A rectangle in pixels of the picture it belongs to, x to the right and y down.
 */
export interface Box {
  height: number;
  width: number;
  x: number;
  y: number;
}
/**
 * One map that the visitor looks at closely, sent as float32.
 */
export interface Closely {
  layer: string;
  map: number;
}
/**
 * What a frame says in words; its tensors follow in the same safetensors file.
 */
export interface FrameHeader {
  /**
   * true where no ink was found, so that there is no guess
   */
  blank: boolean;
  index: number | null;
  label: string | null;
  model: string;
  /**
   * which end of the grey scale the paper was on
   */
  paper: 'light' | 'dark';
  probability: number | null;
  /**
   * the number of the stroke that this frame answers
   */
  sequence: number;
  steps: StepFacts[];
}
/**
 * One step of the way from picture to input; its pixels travel beside it, as the tensor `step.<name>`.
 */
export interface StepFacts {
  /**
   * where the ink is, in pixels of the step before
   */
  box: Box | null;
  height: number;
  name: 'grey' | 'ink' | 'crop' | 'fit' | 'centre' | 'pad';
  /**
   * how far the centre of mass was moved, x and y in pixels
   */
  shift: [number, number] | null;
  width: number;
}
/**
 * One layer of a network as it was traced; shapes without the batch dimension.
 */
export interface LayerRow {
  /**
   * connections for one picture, as LeCun et al. 1998 count them: bias included
   */
  connections: number;
  /**
   * which input maps feed each map, where not all do
   */
  feeds: number[][] | null;
  input_shape: number[];
  /**
   * names of the layers it reads; `input` is the picture
   */
  inputs: string[];
  /**
   * distance in input pixels between neighbouring units
   */
  jump: number | null;
  kernel: number[] | null;
  kind: string;
  /**
   * multiply-accumulate operations for one picture; bias not counted
   */
  macs: number;
  name: string;
  output_shape: number[];
  padding: number[] | null;
  parameters: number;
  /**
   * side in input pixels of what one unit sees
   */
  receptive_field: number | null;
  stride: number[] | null;
  /**
   * names for /models/{name}/weights/{parameter}
   */
  weights: string[];
}
/**
 * What is in view: the server sends these layers and nothing else.
 */
export interface Look {
  /**
   * @maxItems 16
   */
  closely: Closely[];
  /**
   * @maxItems 64
   */
  layers: string[];
  model: string;
  steps: boolean;
  type: 'look';
}
/**
 * One network and its layers.
 */
export interface NetworkDetail {
  /**
   * where the weights come from and what was measured
   */
  card: {
    [k: string]: unknown;
  };
  classes: string[];
  connections: number;
  default: boolean;
  /**
   * C, H, W
   */
  input_shape: number[];
  layers: LayerRow[];
  macs: number;
  mean: number;
  name: string;
  paper: string;
  parameters: number;
  std: number;
  /**
   * the ten 7x12 bitmaps of +1 and -1, where RBF units use them
   */
  targets: number[][] | null;
  title: string;
}
/**
 * One line of the catalogue.
 */
export interface NetworkSummary {
  classes: string[];
  default: boolean;
  /**
   * C, H, W
   */
  input_shape: number[];
  name: string;
  paper: string;
  parameters: number;
  title: string;
}
/**
 * What went wrong, as RFC 9457 has it, over HTTP and over the socket alike.
 */
export interface Problem {
  /**
   * the field, the limit and the value that was seen
   */
  detail: string;
  status: number;
  title: string;
  type: string;
}
/**
 * One real handwritten digit of the tray; its picture is at /samples/{id}.png.
 */
export interface SampleRow {
  id: number;
  label: string;
  source: string;
}
/**
 * A problem with one message of the socket; the connection goes on unless it says otherwise.
 */
export interface SocketError {
  problem: Problem;
  sequence: number | null;
  type: 'error';
}
/**
 * PyTorch is still being loaded; frames follow by themselves.
 */
export interface Waking {
  type: 'waking';
}
