// Every message that crosses the wire, written by `npm run types` from schema.json, which app/schemas writes.

/**
 * Every layer's output for one picture, in forward order.
 */
export interface Activations {
  model: string;
  label: string;
  index: number;
  probability: number | null;
  layers: LayerValues[];
}
/**
 * One layer's output for one picture.
 */
export interface LayerValues {
  name: string;
  kind: string;
  shape: number[];
  minimum: number | null;
  maximum: number | null;
  mean: number | null;
  /**
   * nested as `shape` says
   */
  values: unknown[];
}
/**
 * What `/activations` is asked as JSON.
 */
export interface ActivationsRequest {
  /**
   * a PNG, JPEG or WebP file: base64 or data URL
   */
  image: string | null;
  /**
   * rows of grey values, 0 black to 255 white, all of one length; at most 512 x 512
   */
  pixels: number[][] | null;
  /**
   * a name from /models; the default network if it is left out
   */
  model: string | null;
  /**
   * names from /models/{name}; every layer if it is left out
   */
  layers: string[] | null;
}
/**
 * What an operation answers.
 */
export interface Answer {}
/**
 * A rectangle in pixels of the picture it belongs to, x to the right and y down.
 */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
/**
 * One map that the visitor looks at closely, sent as float32.
 */
export interface Closely {
  layer: string;
  map: number;
}
/**
 * A convolution's output and its arithmetic.
 */
export interface ConvolutionAnswer {
  /**
   * [H'][W'] where input and kernel have two dimensions, else [O][H'][W']
   */
  output: number[][] | number[][][];
  output_shape: number[];
  parameters: number;
  /**
   * products, those with the padding's zeros included; bias not counted
   */
  macs: number;
  formula: Formula;
  dropped: Dropped;
  /**
   * [O][C / groups][H'][W']; they and the bias add up to the output
   */
  partials: number[][][][] | null;
}
/**
 * The output's size with the numbers put in.
 */
export interface Formula {
  height: string;
  width: string;
}
/**
 * Rows at the bottom and columns at the right of the padded input that no window reaches.
 */
export interface Dropped {
  rows: number;
  columns: number;
}
/**
 * What `/operations/convolution` is asked.
 */
export interface ConvolutionRequest {
  stride: number | [number, number];
  /**
   * for all sides, [rows, columns], [top, bottom, left, right], or a name
   */
  padding: number | [number, number] | [number, number, number, number] | ('same' | 'valid' | 'full');
  dilation: number | [number, number];
  groups: number;
  /**
   * [H][W] or [C][H][W]; at most 64 channels and 262,144 values
   */
  input: number[][] | number[][][];
  /**
   * [kh][kw] or [O][C / groups][kh][kw], transposed too; sides at most 11, at most 64 filters
   */
  kernel: number[][] | number[][][][];
  /**
   * one value for each filter
   */
  bias: number | number[] | null;
  padding_mode: 'zeros' | 'reflect' | 'replicate' | 'circular';
  transposed: boolean;
  /**
   * rows and columns that a transposed convolution adds at the end
   */
  output_padding: number | [number, number];
  /**
   * true: a convolution, the kernel turned by 180 degrees; false: as in PyTorch
   */
  flip: boolean;
  /**
   * whether each input channel's share of each output map is wanted
   */
  partials: boolean;
}
/**
 * The same layer as each kind.
 *
 * Locally connected, each place has weights of its own. Depthwise separable is the window on each channel by itself,
 * then 1x1; pointwise is 1x1 alone, at the same places; the bottleneck is 1x1 to as many maps as were asked for, then
 * the layer.
 */
export interface CountsAnswer {
  output_shape: number[];
  convolution: LayerCount;
  locally_connected: LayerCount;
  fully_connected: LayerCount;
  depthwise_separable: LayerCount;
  pointwise: LayerCount;
  bottleneck: LayerCount | null;
}
/**
 * What one kind of layer costs for one picture.
 */
export interface LayerCount {
  /**
   * weights and biases
   */
  parameters: number;
  /**
   * biases included, as LeCun et al. 1998 count them
   */
  connections: number;
  /**
   * multiply-accumulate operations; bias not counted
   */
  macs: number;
}
/**
 * What `/operations/convolution/counts` is asked.
 */
export interface CountsRequest {
  stride: number | [number, number];
  /**
   * for all sides, [rows, columns], [top, bottom, left, right], or a name
   */
  padding: number | [number, number] | [number, number, number, number] | ('same' | 'valid' | 'full');
  dilation: number | [number, number];
  groups: number;
  /**
   * C, H, W
   */
  input_shape: number | [number, number, number];
  filters: number;
  kernel_size: number | [number, number];
  /**
   * 1x1 maps to put before the layer
   */
  bottleneck: number | null;
}
/**
 * What a frame says in words; its tensors follow in the same safetensors file.
 */
export interface FrameHeader {
  /**
   * the number of the stroke that this frame answers
   */
  sequence: number;
  model: string;
  /**
   * true where no ink was found, so that there is no guess
   */
  blank: boolean;
  /**
   * which end of the grey scale the paper was on
   */
  paper: 'light' | 'dark';
  label: string | null;
  index: number | null;
  probability: number | null;
  steps: StepFacts[];
}
/**
 * One step of the way from picture to input; its pixels travel beside it, as the tensor `step.<name>`.
 */
export interface StepFacts {
  name: 'grey' | 'ink' | 'crop' | 'fit' | 'centre' | 'pad';
  width: number;
  height: number;
  /**
   * where the ink is, in pixels of the step before
   */
  box: Box | null;
  /**
   * how far the centre of mass was moved, x and y in pixels
   */
  shift: [number, number] | null;
}
/**
 * What became of the picture on its way to the network.
 */
export interface InputFacts {
  /**
   * of the picture as it was read; large ones are reduced first
   */
  width: number;
  height: number;
  /**
   * which end of the grey scale was taken for paper
   */
  paper: 'light' | 'dark';
  steps: StepFacts[];
}
/**
 * One layer of a network as it was traced; shapes without the batch dimension.
 */
export interface LayerRow {
  name: string;
  kind: string;
  /**
   * names of the layers it reads; `input` is the picture
   */
  inputs: string[];
  input_shape: number[];
  output_shape: number[];
  kernel: number[] | null;
  stride: number[] | null;
  padding: number[] | null;
  parameters: number;
  /**
   * multiply-accumulate operations for one picture; bias not counted
   */
  macs: number;
  /**
   * connections for one picture, as LeCun et al. 1998 count them: bias included
   */
  connections: number;
  /**
   * side in input pixels of what one unit sees
   */
  receptive_field: number | null;
  /**
   * distance in input pixels between neighbouring units
   */
  jump: number | null;
  /**
   * which input maps feed each map, where not all do
   */
  feeds: number[][] | null;
  /**
   * names for /models/{name}/weights/{parameter}
   */
  weights: string[];
}
/**
 * What is in view: the server sends these layers and nothing else.
 */
export interface Look {
  type: 'look';
  model: string;
  /**
   * @maxItems 64
   */
  layers: string[];
  /**
   * @maxItems 32
   */
  closely: Closely[];
  steps: boolean;
}
/**
 * A convolution as a matrix times a vector, and as im2col.
 */
export interface MatrixAnswer {
  /**
   * [O H' W'][C H W]; at most 65,536 cells
   */
  matrix: number[][];
  /**
   * [C H W], the flattened input
   */
  vector: number[];
  /**
   * [O H' W'], the matrix times the vector: the output without bias
   */
  product: number[];
  /**
   * [C kh kw][H' W'], every window as a column; null if transposed
   */
  columns: number[][] | null;
  /**
   * what /operations/convolution answers, bias included
   */
  output: number[][] | number[][][];
  output_shape: number[];
}
/**
 * What `/operations/convolution/matrix` is asked.
 */
export interface MatrixRequest {
  stride: number | [number, number];
  /**
   * for all sides, [rows, columns], [top, bottom, left, right], or a name
   */
  padding: number | [number, number] | [number, number, number, number] | ('same' | 'valid' | 'full');
  dilation: number | [number, number];
  groups: number;
  /**
   * [H][W] or [C][H][W]; at most 64 channels and 262,144 values
   */
  input: number[][] | number[][][];
  /**
   * [kh][kw] or [O][C / groups][kh][kw], transposed too; sides at most 11, at most 64 filters
   */
  kernel: number[][] | number[][][][];
  /**
   * one value for each filter
   */
  bias: number | number[] | null;
  padding_mode: 'zeros' | 'reflect' | 'replicate' | 'circular';
  transposed: boolean;
  /**
   * rows and columns that a transposed convolution adds at the end
   */
  output_padding: number | [number, number];
  /**
   * true: a convolution, the kernel turned by 180 degrees; false: as in PyTorch
   */
  flip: boolean;
}
/**
 * How a kernel moves over the input. Pairs are rows, then columns; one number stands for both.
 */
export interface Moving {
  stride: number | [number, number];
  /**
   * for all sides, [rows, columns], [top, bottom, left, right], or a name
   */
  padding: number | [number, number] | [number, number, number, number] | ('same' | 'valid' | 'full');
  dilation: number | [number, number];
  groups: number;
}
/**
 * One network and its layers.
 */
export interface NetworkDetail {
  name: string;
  title: string;
  paper: string;
  parameters: number;
  classes: string[];
  /**
   * C, H, W
   */
  input_shape: number[];
  default: boolean;
  mean: number;
  std: number;
  macs: number;
  connections: number;
  layers: LayerRow[];
  /**
   * the ten 7x12 bitmaps of +1 and -1, where RBF units use them
   */
  targets: number[][] | null;
  /**
   * where the weights come from and what was measured
   */
  card: {
    [k: string]: unknown;
  };
}
/**
 * One line of the catalogue.
 */
export interface NetworkSummary {
  name: string;
  title: string;
  paper: string;
  parameters: number;
  classes: string[];
  /**
   * C, H, W
   */
  input_shape: number[];
  default: boolean;
}
/**
 * A picture as JSON; exactly one of `image` and `pixels`.
 */
export interface Picture {
  /**
   * a PNG, JPEG or WebP file: base64 or data URL
   */
  image: string | null;
  /**
   * rows of grey values, 0 black to 255 white, all of one length; at most 512 x 512
   */
  pixels: number[][] | null;
  /**
   * a name from /models; the default network if it is left out
   */
  model: string | null;
}
/**
 * What pooling gives.
 */
export interface PoolingAnswer {
  /**
   * [H'][W'] where the input has two dimensions, else [C][H'][W']
   */
  output: number[][] | number[][][];
  output_shape: number[];
  formula: Formula;
  dropped: Dropped;
  /**
   * of max: each window's winner, counted along the rows of its channel; else null
   */
  indices: number[][] | number[][][] | null;
  /**
   * of subsampling: coefficient x sum + bias, which is then squashed
   */
  before: number[][] | number[][][] | null;
  /**
   * shaped as the input, if it was asked for
   */
  gradient: number[][] | number[][][] | null;
}
/**
 * What `/operations/pooling` is asked.
 */
export interface PoolingRequest {
  /**
   * [H][W] or [C][H][W]; at most 64 channels and 262,144 values
   */
  input: number[][] | number[][][];
  kind: 'max' | 'average' | 'l2' | 'global-average' | 'subsampling';
  kernel_size: number | [number, number];
  /**
   * as large as the window if it is left out
   */
  stride: number | [number, number] | null;
  /**
   * on both ends; at most half the window
   */
  padding: number | [number, number];
  /**
   * whether a last window that sticks out counts
   */
  ceil_mode: boolean;
  /**
   * of subsampling; one for all or for each channel; 1 if left out
   */
  coefficient: number | number[] | null;
  /**
   * of subsampling; one for all or for each channel; 0 if left out
   */
  bias: number | number[] | null;
  /**
   * whether the gradient of the sum of all outputs is wanted
   */
  gradient: boolean;
  /**
   * what each output is multiplied with in that sum; 1 if left out
   */
  upstream: number[][] | number[][][] | null;
}
/**
 * What `/predict` is asked as JSON.
 */
export interface PredictRequest {
  /**
   * a PNG, JPEG or WebP file: base64 or data URL
   */
  image: string | null;
  /**
   * rows of grey values, 0 black to 255 white, all of one length; at most 512 x 512
   */
  pixels: number[][] | null;
  /**
   * a name from /models; the default network if it is left out
   */
  model: string | null;
  /**
   * how many of the likeliest classes to list; 3 if it is left out
   */
  top_k: number | null;
}
/**
 * What the network takes the picture for.
 */
export interface Prediction {
  model: string;
  label: string;
  index: number;
  probability: number | null;
  top: Ranked[];
  /**
   * scores whose softmax is the probability of each class
   */
  logits: (number | null)[];
  input: InputFacts;
}
/**
 * One class and how likely the network takes it to be.
 */
export interface Ranked {
  label: string;
  index: number;
  probability: number | null;
}
/**
 * What went wrong, as RFC 9457 has it, over HTTP and over the socket alike.
 */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /**
   * the field, the limit and the value that was seen
   */
  detail: string;
}
/**
 * What an operation is asked: nothing is guessed, so that "3" is no number and true is no 1.
 */
export interface Question {}
/**
 * One real handwritten digit of the tray; its picture is at /samples/{id}.png.
 */
export interface SampleRow {
  id: number;
  label: string;
  source: string;
}
/**
 * A kernel as a column times a row, and what that gives.
 */
export interface SeparableAnswer {
  rank: number;
  singular_values: number[];
  /**
   * part of the kernel's squared values that the first pair keeps; 1 for rank one
   */
  kept: number;
  column: number[];
  row: number[];
  /**
   * [H'][W'], the kernel as it is
   */
  one_step: number[][];
  /**
   * [H'][W'], the column, then the row
   */
  two_steps: number[][];
  /**
   * the largest between the two
   */
  difference: number;
  macs: StepMacs;
}
/**
 * Multiplications of both ways.
 */
export interface StepMacs {
  one_step: number;
  two_steps: number;
}
/**
 * What `/operations/convolution/separable` is asked.
 */
export interface SeparableRequest {
  /**
   * [H][W]
   */
  input: number[][];
  /**
   * [kh][kw]; sides at most 11
   */
  kernel: number[][];
}
/**
 * A problem with one message of the socket; the connection goes on unless it says otherwise.
 */
export interface SocketError {
  type: 'error';
  problem: Problem;
  sequence: number | null;
}
/**
 * A circular convolution by way of its spectra and without.
 */
export interface SpectrumAnswer {
  /**
   * [H][W], frequency zero first
   */
  input_spectrum_real: number[][];
  /**
   * [H][W], frequency zero first
   */
  input_spectrum_imag: number[][];
  /**
   * [H][W], frequency zero first
   */
  kernel_spectrum_real: number[][];
  /**
   * [H][W], frequency zero first
   */
  kernel_spectrum_imag: number[][];
  /**
   * [H][W], frequency zero first
   */
  product_spectrum_real: number[][];
  /**
   * [H][W], frequency zero first
   */
  product_spectrum_imag: number[][];
  /**
   * [H][W], the product transformed back
   */
  output: number[][];
  /**
   * [H][W], the circular convolution by sliding
   */
  circular: number[][];
  /**
   * the largest between the two
   */
  difference: number;
}
/**
 * What `/operations/convolution/spectrum` is asked.
 */
export interface SpectrumRequest {
  /**
   * [H][W]
   */
  input: number[][];
  /**
   * [kh][kw], at most as large as the input; its first value lies on the input's first
   */
  kernel: number[][];
  dilation: number | [number, number];
  /**
   * true: a convolution; false: cross-correlation, with the conjugate spectrum
   */
  flip: boolean;
}
/**
 * A 3-D convolution's output and its arithmetic.
 */
export interface VolumeAnswer {
  /**
   * [D'][H'][W']
   */
  output: number[][][];
  output_shape: number[];
  parameters: number;
  macs: number;
  formula: VolumeFormula;
}
/**
 * The output's size with the numbers put in.
 */
export interface VolumeFormula {
  height: string;
  width: string;
  depth: string;
}
/**
 * What `/operations/convolution/volume` is asked.
 */
export interface VolumeRequest {
  /**
   * [D][H][W]; at most 262,144 values
   */
  input: number[][][];
  /**
   * [kd][kh][kw]; sides at most 11
   */
  kernel: number[][][];
  bias: number | null;
  stride: number | [number, number, number];
  padding: number | [number, number, number];
}
/**
 * PyTorch is still being loaded; frames follow by themselves.
 */
export interface Waking {
  type: 'waking';
}
/**
 * The values of one parameter of a network.
 */
export interface Weights {
  model: string;
  parameter: string;
  shape: number[];
  /**
   * nested as `shape` says
   */
  values: unknown[];
}
