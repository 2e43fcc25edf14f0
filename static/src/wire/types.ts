// Every message that crosses the wire, written by `npm run types` from schema.json, which app/receptive/schemas writes.

/**
 * A function's values and its derivatives.
 */
export interface ActivationAnswer {
  /**
   * in the input's shape
   */
  output: unknown[];
  /**
   * in the input's shape, from autograd
   */
  derivative: unknown[];
  /**
   * share of the outputs that are exactly zero
   */
  zeros: number;
  output_shape: number[];
}
/**
 * What `/operations/activation` is asked.
 */
export interface ActivationRequest {
  /**
   * up to four dimensions, at most 262,144 values
   */
  input: number[] | number[][] | number[][][] | number[][][][];
  kind: 'relu' | 'leaky-relu' | 'sigmoid' | 'tanh' | 'lecun-tanh' | 'softplus' | 'gelu';
  /**
   * of leaky ReLU below zero
   */
  slope: number;
}
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
   * a name from /models, or run:<id>; the default one if it is left out
   */
  model: string | null;
  /**
   * names from /models/{name}; every layer if it is left out
   */
  layers: string[] | null;
}
/**
 * One alpha in both conventions.
 */
export interface Alphas {
  /**
   * times the sum of squares
   */
  paper: number;
  /**
   * what torch.nn.LocalResponseNorm has to be given for the same: n times as much
   */
  torch: number;
}
/**
 * What an operation answers.
 */
export interface Answer {}
/**
 * What `/operations/approximation` is asked.
 */
export interface ApproximationRequest {
  /**
   * of the curve: 2 to 512, [x, y] each, from -10 to 10
   *
   * @maxItems 512
   */
  points: [number, number][];
  /**
   * of the hidden layer
   */
  units: number;
  activation: 'relu' | 'leaky-relu' | 'sigmoid' | 'tanh' | 'lecun-tanh' | 'softplus' | 'gelu';
  /**
   * of Adam, each with all points
   */
  steps: number;
  learning_rate: number;
  seed: number;
}
/**
 * How pictures are changed before they are learned from, each kind from 0, not at all, to 1, as far as it goes.
 */
export interface Augmentation {
  /**
   * moved, at 1 by up to a quarter of the side
   */
  shift: number;
  /**
   * turned, at 1 by up to 45 degrees
   */
  rotate: number;
  /**
   * enlarged or made smaller, at 1 by up to half
   */
  scale: number;
  /**
   * slanted, at 1 by up to half a pixel for each pixel down
   */
  shear: number;
  /**
   * bent like handwriting, at 1 as far as Simard et al. 2003 bend it
   */
  elastic: number;
  /**
   * share of the pictures that are mirrored, left to right
   */
  flip: number;
  /**
   * framed by zeros, at 1 an eighth of the side wide, and cut out anywhere
   */
  crop: number;
  /**
   * lighter or darker, and with more or less contrast
   */
  light: number;
  /**
   * hues turned and colours stronger or weaker; grey pictures stay
   */
  colour: number;
  /**
   * random grain added to every pixel
   */
  noise: number;
  /**
   * share of the pictures that lose a random rectangle
   */
  erase: number;
  /**
   * bright strokes made thicker or thinner
   */
  stroke: number;
}
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
 * What autograd found, from the first layer to the last; computed in float64.
 */
export interface ChainAnswer {
  /**
   * norm of the loss's gradient by each layer's pre-activations
   */
  gradients: (number | null)[];
  /**
   * norm of the loss's gradient by each layer's weights
   */
  weight_gradients: (number | null)[];
  /**
   * standard deviation of each layer's outputs
   */
  activations: (number | null)[];
}
/**
 * What `/operations/activation/chain` is asked. The input is standard normal.
 */
export interface ChainRequest {
  kind: 'relu' | 'leaky-relu' | 'sigmoid' | 'tanh' | 'lecun-tanh' | 'softplus' | 'gelu';
  /**
   * normal with variance 1/width (xavier), 2/width (he), 0.01² (small), 1 (large); orthogonal
   */
  initialization: 'xavier' | 'he' | 'small' | 'large' | 'orthogonal';
  /**
   * layers
   */
  depth: number;
  /**
   * values in each layer
   */
  width: number;
  /**
   * inputs
   */
  batch: number;
  seed: number;
  /**
   * of leaky ReLU below zero
   */
  slope: number;
  /**
   * of the last layer's outputs: their sum, or the mean of their squares
   */
  loss: 'sum' | 'mean-square';
}
/**
 * One map that the visitor looks at closely, sent as float32.
 */
export interface Closely {
  layer: string;
  map: number;
}
/**
 * Runs that differ in what the name says.
 */
export interface Comparison {
  name: string;
  variants: Variant[];
}
/**
 * One run of a comparison.
 */
export interface Variant {
  name: string;
  /**
   * id of its recorded run, as in /runs/{id}
   */
  run: string;
  settings: RunSettings;
}
/**
 * A run: a network, data, and how the one learns from the other.
 */
export interface RunSettings {
  /**
   * network of the catalogue, or a pattern of layers
   */
  model: string | Pattern;
  /**
   * digits, mnist, fashion-mnist, cifar10, the visitor's own drawings, or folder:PATH with a sub-folder per class
   */
  dataset: string;
  /**
   * share of every class that is only judged on
   */
  held_out: number;
  /**
   * pictures to learn from, fewer than there are
   */
  subset: number | null;
  /**
   * passes over the pictures
   */
  epochs: number;
  /**
   * pictures per step: 1 is online learning, all is batch learning
   */
  batch_size: number | 'all';
  /**
   * start of everything random; the same seed, the same run
   */
  seed: number;
  /**
   * how a gradient becomes a step: plain, with momentum, looking ahead, or scaled by weight
   */
  optimizer: 'sgd' | 'momentum' | 'nesterov' | 'adam' | 'adamw';
  /**
   * highest learning rate
   */
  learning_rate: number;
  /**
   * share of the last step that momentum and nesterov keep
   */
  momentum: number;
  schedule: Schedule;
  /**
   * L2 penalty; with adamw decoupled from the gradient
   */
  weight_decay: number;
  /**
   * L1 penalty: a constant pull of every weight towards zero
   */
  l1: number;
  /**
   * share that every weight loses at each step
   */
  decay_factor: number;
  /**
   * rate of the network's dropout layers, where it has any; its own unless given
   */
  dropout: number | null;
  /**
   * share of the target spread over all classes
   */
  label_smoothing: number;
  /**
   * longest gradient; a longer one is shortened to it
   */
  clip: number | null;
  /**
   * what is minimized; own is the one of the network's paper
   */
  loss: 'cross-entropy' | 'mean-squared-error' | 'own';
  /**
   * where the weights begin: as the network's own, X. Glorot and Y. Bengio 2010, K. He et al. 2015, orthogonal matrices, a normal distribution that is too narrow or too wide, or all zero
   */
  initialization: 'default' | 'xavier' | 'he' | 'orthogonal' | 'small' | 'large' | 'zeros';
  augmentation: Augmentation1;
  /**
   * when the run ends before its last epoch
   */
  early_stopping: EarlyStopping | null;
  /**
   * times that a run of the lab keeps its weights on the way
   */
  snapshots: number;
  /**
   * processor threads; another number rounds differently
   */
  threads: number;
}
/**
 * The counts and sizes of the pattern: M blocks of N convolutions, then K hidden layers.
 */
export interface Pattern {
  /**
   * maps of the convolutions in each block; as many blocks as numbers
   *
   * @maxItems 8
   */
  channels: number[];
  /**
   * convolutions in each block
   */
  convolutions: number;
  /**
   * height and width of every kernel
   */
  kernel: number;
  /**
   * whether convolutions keep height and width
   */
  padding: 'none' | 'same';
  /**
   * what ends each block
   */
  pooling: 'max' | 'average' | 'none';
  /**
   * height, width and stride of the pooling window
   */
  window: number;
  /**
   * units of each hidden fully connected layer; as many layers as numbers
   *
   * @maxItems 4
   */
  units: number[];
  /**
   * what follows every layer but the last
   */
  activation: 'relu' | 'tanh' | 'sigmoid';
  /**
   * whether batch normalization follows every convolution
   */
  batch_norm: boolean;
  /**
   * rate of the dropout after each hidden layer; 0 for none
   */
  dropout: number;
}
/**
 * how the learning rate changes
 */
export interface Schedule {
  /**
   * constant; step, times a factor every few epochs; linear or cosine, falling to the lowest; one-cycle, up and far down again
   */
  kind: 'constant' | 'step' | 'linear' | 'cosine' | 'one-cycle';
  /**
   * what the rate is multiplied by at each step of kind step
   */
  factor: number;
  /**
   * epochs between two steps of kind step
   */
  every: number;
  /**
   * share of the highest rate that linear and cosine end at
   */
  lowest: number;
  /**
   * share of the run in which the rate first rises from zero
   */
  warm_up: number;
}
/**
 * how pictures are changed before they are learned from
 */
export interface Augmentation1 {
  /**
   * moved, at 1 by up to a quarter of the side
   */
  shift: number;
  /**
   * turned, at 1 by up to 45 degrees
   */
  rotate: number;
  /**
   * enlarged or made smaller, at 1 by up to half
   */
  scale: number;
  /**
   * slanted, at 1 by up to half a pixel for each pixel down
   */
  shear: number;
  /**
   * bent like handwriting, at 1 as far as Simard et al. 2003 bend it
   */
  elastic: number;
  /**
   * share of the pictures that are mirrored, left to right
   */
  flip: number;
  /**
   * framed by zeros, at 1 an eighth of the side wide, and cut out anywhere
   */
  crop: number;
  /**
   * lighter or darker, and with more or less contrast
   */
  light: number;
  /**
   * hues turned and colours stronger or weaker; grey pictures stay
   */
  colour: number;
  /**
   * random grain added to every pixel
   */
  noise: number;
  /**
   * share of the pictures that lose a random rectangle
   */
  erase: number;
  /**
   * bright strokes made thicker or thinner
   */
  stroke: number;
}
/**
 * When a run ends before its last epoch.
 */
export interface EarlyStopping {
  /**
   * what is to improve: of the held-out pictures, or the loss learned from
   */
  metric: 'validation-loss' | 'validation-accuracy' | 'loss';
  /**
   * epochs without a new best after which the run stops
   */
  patience: number;
  /**
   * whether the weights of the best epoch come back at the end
   */
  restore_best: boolean;
}
/**
 * The comparisons that are set up ready to run.
 */
export interface ComparisonList {
  comparisons: Comparison[];
}
/**
 * The run goes on from an epoch; events of later steps are void.
 */
export interface ContinuedEvent {
  seq: number;
  kind: 'continued';
  epoch: number;
  step: number;
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
 * A run's steps, fewer than there are, and everything that is not about single steps.
 */
export interface Curve {
  /**
   * how many steps there are, of which these are some
   */
  steps: number;
  step: number[];
  loss: (number | null)[];
  accuracy: (number | null)[];
  rate: (number | null)[];
  gradient: (number | null)[];
  seconds: number[];
  /**
   * the running mean of the losses of all steps, at these steps
   */
  mean_loss: (number | null)[];
  /**
   * the same of the accuracies
   */
  mean_accuracy: (number | null)[];
  /**
   * of the last event that the curve knows; /events?after= goes on from there
   */
  seq: number;
  epochs: CurveEpoch[];
  started: StartedEvent | null;
  /**
   * the last epoch with its confusion matrix and its layers
   */
  latest: EpochEvent | null;
  notices: NoticeEvent[];
  /**
   * steps whose weights are kept
   */
  snapshots: number[];
}
/**
 * One epoch of a curve.
 */
export interface CurveEpoch {
  epoch: number;
  step: number;
  /**
   * mean over the epoch's steps
   */
  loss: number | null;
  accuracy: number | null;
  /**
   * null where nothing is held out
   */
  validation_loss: number | null;
  validation_accuracy: number | null;
  /**
   * whether no epoch before was as good
   */
  best: boolean;
  seconds: number;
}
/**
 * The run has begun.
 */
export interface StartedEvent {
  seq: number;
  kind: 'started';
  time: string;
  pictures: number;
  held_out: number;
  steps: number;
  per_epoch: number;
  epochs: number;
  parameters: number;
  classes: string[];
  layers: LayerFacts[];
  /**
   * the learning rate at some steps, the first and the last too
   */
  planned: [number, number][];
}
/**
 * One layer of the network that learns.
 */
export interface LayerFacts {
  name: string;
  kind: string;
  /**
   * of what goes out of it, without the batch
   */
  shape: number[];
  parameters: number;
}
/**
 * An epoch is complete, and the weights have been evaluated.
 */
export interface EpochEvent {
  seq: number;
  kind: 'epoch';
  epoch: number;
  step: number;
  loss: number | null;
  accuracy: number | null;
  validation_loss: number | null;
  validation_accuracy: number | null;
  best: boolean;
  seconds: number;
  images_per_second: number;
  seconds_left: number;
  /**
   * bytes that the trainer has had at most
   */
  memory: number | null;
  /**
   * of what is held out: rows are what a picture is
   */
  confusion: number[][];
  layers: LayerStatistics[];
}
/**
 * The weights of one layer and their gradients.
 */
export interface LayerStatistics {
  name: string;
  weights: HistogramOf;
  gradients: HistogramOf;
  gradient_norm: number;
  /**
   * share of the units behind it that answer all pictures alike; null where no activation follows
   */
  dead: number | null;
}
/**
 * The distribution of values: counts between the least and the greatest.
 */
export interface HistogramOf {
  low: number;
  high: number;
  counts: number[];
  mean: number;
  deviation: number;
}
/**
 * A layer's gradient vanishes or explodes, for the first time.
 */
export interface NoticeEvent {
  seq: number;
  kind: 'notice';
  what: 'vanishing' | 'exploding';
  layer: string;
  step: number;
  epoch: number;
  norm: number;
}
/**
 * ||moved - unmoved|| / ||unmoved|| at every position; null where the unmoved one is all zero.
 */
export interface Curves {
  positions: number[];
  input: (number | null)[];
  convolution: (number | null)[];
  pooled: (number | null)[];
}
/**
 * A run whose files cannot be read.
 */
export interface DamagedRun {
  id: string;
  name: string;
  reason: string;
  why: Why;
}
/**
 * A reason as what it is said by in every language: templates/messages has the sentences by their code.
 */
export interface Why {
  code: string;
  /**
   * what the sentence speaks of, by name
   */
  values: {
    [k: string]: string | number;
  };
}
/**
 * A data set before it is opened.
 */
export interface DatasetFacts {
  name: string;
  pictures: number;
  classes: string[];
  /**
   * of what is published
   */
  bytes: number;
  /**
   * whether nothing has to be fetched
   */
  here: boolean;
}
/**
 * The data sets that are the same for everyone.
 */
export interface DatasetList {
  datasets: DatasetFacts[];
}
/**
 * A picture as JSON; exactly one of `image` and `pixels`.
 */
export interface Drawable {
  /**
   * a PNG, JPEG or WebP file: base64 or data URL
   */
  image: string | null;
  /**
   * rows of grey values, 0 black to 255 white, all of one length; at most 512 x 512
   */
  pixels: number[][] | null;
}
/**
 * The drawings of one browser, the oldest first.
 */
export interface DrawingList {
  drawings: DrawnFacts[];
}
/**
 * One drawing that is kept; its picture is at /drawings/{id}.png.
 */
export interface DrawnFacts {
  id: string;
  label: string;
}
/**
 * What is left.
 */
export interface DropoutAnswer {
  /**
   * in the input's shape
   */
  output: unknown[];
  /**
   * in the input's shape: 1 kept, 0 dropped
   */
  mask: unknown[];
  /**
   * 1 / (1 - rate), by which what is kept was multiplied; null at a rate of 1
   */
  scale: number | null;
}
/**
 * What a network says of one picture with values of one layer dropped, draw by draw.
 */
export interface DropoutNetworkAnswer {
  model: string;
  layer: string;
  /**
   * of the layer's output
   */
  shape: number[];
  classes: string[];
  /**
   * the layer's output
   */
  before: unknown[];
  /**
   * of the first draw: 1 kept, 0 dropped
   */
  mask: unknown[];
  /**
   * the layer's output in the first draw, scaled
   */
  after: unknown[];
  /**
   * 1 / (1 - rate); null at a rate of 1
   */
  scale: number | null;
  /**
   * [draws][classes]
   */
  logits: unknown[];
  /**
   * [draws][classes]
   */
  probabilities: unknown[];
  /**
   * of each class's probability over the draws
   */
  mean: (number | null)[];
  /**
   * of each class's probability over the draws
   */
  standard_deviation: (number | null)[];
  /**
   * probabilities without dropout
   */
  evaluated: (number | null)[];
}
/**
 * What `/operations/dropout/network` is asked, as JSON or in a form.
 */
export interface DropoutNetworkRequest {
  /**
   * a PNG, JPEG or WebP file: base64 or data URL
   */
  image: string | null;
  /**
   * rows of grey values, 0 black to 255 white, all of one length; at most 512 x 512
   */
  pixels: number[][] | null;
  /**
   * a name from /models, or run:<id>; the default one if it is left out
   */
  model: string | null;
  /**
   * the layer whose outputs are dropped; a name from /models/{name}
   */
  layer: string;
  /**
   * probability with which a value, or a whole channel, is dropped
   */
  rate: number;
  seed: number;
  /**
   * masks; the first ones are the same however many follow
   */
  draws: number;
  whole_channels: boolean;
  /**
   * false: nothing is dropped and nothing is scaled
   */
  training: boolean;
}
/**
 * What `/operations/dropout` is asked.
 */
export interface DropoutRequest {
  /**
   * up to four dimensions, at most 262,144 values
   */
  input: number[] | number[][] | number[][][] | number[][][][];
  /**
   * probability with which a value, or a whole channel, is dropped
   */
  rate: number;
  seed: number;
  /**
   * false: nothing is dropped and nothing is scaled
   */
  training: boolean;
  /**
   * of [C][H][W] and [N][C][H][W] whole maps; of [n] single values
   */
  whole_channels: boolean;
}
/**
 * Epochs with their confusion matrices and their layers.
 */
export interface Epochs {
  epochs: EpochEvent[];
}
/**
 * The figures of an epoch.
 */
export interface Figures {
  epoch: number;
  step: number;
  /**
   * mean over the epoch's steps
   */
  loss: number | null;
  accuracy: number | null;
  /**
   * null where nothing is held out
   */
  validation_loss: number | null;
  validation_accuracy: number | null;
}
/**
 * The event `done`: nothing follows.
 */
export interface FitDone {
  step: number;
  loss: number | null;
  reason: 'finished' | 'diverged';
}
/**
 * The event `fit`: how far it has come.
 */
export interface FitEvent {
  step: number;
  /**
   * mean square error over the points
   */
  loss: number | null;
  /**
   * places of the curve, from the leftmost point to the rightmost
   */
  x: number[];
  /**
   * the offset and all pieces, at these places
   */
  curve: (number | null)[];
  offset: number | null;
  /**
   * [units][places]; in every tenth event, first and last
   */
  pieces: (number | null)[][] | null;
  /**
   * with the pieces
   */
  parameters: HiddenParameters | null;
}
/**
 * A unit's piece is amplitude * f(weight * x + bias); one value of each for every unit.
 */
export interface HiddenParameters {
  weight: number[];
  bias: number[];
  amplitude: number[];
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
   * which end of the grey scale the paper was on; null where pictures are read as they are
   */
  paper: ('light' | 'dark') | null;
  label: string | null;
  index: number | null;
  probability: number | null;
  steps: StepFacts[];
}
/**
 * One step of the way from picture to input; its pixels travel beside it, as the tensor `step.<name>`.
 *
 * A step that is taken twice, as pictures may become grey again, is `step.<name>:2` the second time.
 *
 * For a network that learned from whole pictures: `colour` or `grey` as it was or became, `size` as that of the
 * pictures learned from, then `pad` or `resize` as these were brought to the input.
 */
export interface StepFacts {
  name: 'grey' | 'ink' | 'crop' | 'fit' | 'centre' | 'pad' | 'colour' | 'size' | 'resize';
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
 * How often values of each size occur.
 */
export interface HistogramFacts {
  /**
   * one more than there are bins, from the smallest value to the largest
   */
  edges: number[];
  counts: number[];
  mean: number;
  standard_deviation: number;
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
   * which end of the grey scale was taken for paper; null where pictures are read as they are
   */
  paper: ('light' | 'dark') | null;
  steps: StepFacts[];
}
/**
 * The maps at one position, and how much each of them changes on the way.
 */
export interface InvarianceAnswer {
  /**
   * moved by `at`
   */
  input: unknown[];
  convolution: unknown[];
  pooled: unknown[];
  curve: Curves;
}
/**
 * What `/operations/invariance` is asked.
 */
export interface InvarianceRequest {
  /**
   * [H][W] or [C][H][W]; at most 64 channels and 262,144 values of at most 1,000,000
   */
  input: number[][] | number[][][];
  /**
   * [kh][kw] or [O][C][kh][kw]; stride 1
   */
  kernel: number[][] | number[][][][];
  /**
   * one for each filter
   */
  bias: number | number[] | null;
  padding: 'valid' | 'same' | 'full';
  /**
   * of the pooling
   */
  kind: 'max' | 'average' | 'l2';
  window: number | [number, number];
  /**
   * of the pooling; the window if it is left out
   */
  stride: number | [number, number] | null;
  /**
   * pixels to the right, pixels down, or degrees counter-clockwise
   */
  motion: 'shift-x' | 'shift-y' | 'rotate';
  /**
   * pixels or degrees
   *
   * @maxItems 181
   */
  positions: number[];
  /**
   * the position whose maps are wanted
   */
  at: number;
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
   * what batch normalization adds to the variance
   */
  epsilon: number | null;
  /**
   * names for /models/{name}/weights/{parameter}
   */
  weights: string[];
}
/**
 * A fully connected layer's output, both ways.
 */
export interface LinearAnswer {
  /**
   * weight times input, plus bias
   */
  output: number[];
  /**
   * the same by a convolution with kernels as large as the input
   */
  convolution: number[];
  /**
   * the largest between the two
   */
  difference: number;
  /**
   * of that convolution: outputs, C, H, W; a vector is n maps of 1x1
   */
  kernel_shape: number[];
  /**
   * what `unit` adds up, in the input's shape; with its bias the sum is its output
   */
  products: unknown[] | null;
}
/**
 * What `/operations/linear` is asked.
 */
export interface LinearRequest {
  /**
   * [n], [H][W] or [C][H][W], flattened map by map and row by row
   */
  input: number[] | number[][] | number[][][];
  /**
   * [outputs][n]
   */
  weight: number[][];
  /**
   * one value for each output
   */
  bias: number[] | null;
  /**
   * the output whose products are wanted
   */
  unit: number | null;
}
/**
 * What is in view: the server sends these layers and nothing else.
 */
export interface Look {
  type: 'look';
  model: string;
  /**
   * @maxItems 128
   */
  layers: string[];
  /**
   * @maxItems 1024
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
  /**
   * of what the network learned from, over all channels
   */
  mean: number;
  std: number;
  /**
   * of each channel: the input is (values - mean) / std
   */
  means: number[];
  stds: number[];
  /**
   * whether values of 0 and 1 are paper and ink, or black and white
   */
  reading: 'ink' | 'photo';
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
 * A drawing and its name; exactly one of `image` and `pixels`.
 */
export interface NewDrawing {
  /**
   * a PNG, JPEG or WebP file: base64 or data URL
   */
  image: string | null;
  /**
   * rows of grey values, 0 black to 255 white, all of one length; at most 512 x 512
   */
  pixels: number[][] | null;
  /**
   * the class that it is of
   */
  label: string;
}
/**
 * The request of `POST /runs`: every setting has a default.
 */
export interface NewRun {
  /**
   * network of the catalogue, or a pattern of layers
   */
  model: string | Pattern;
  /**
   * digits, mnist, fashion-mnist, cifar10, the visitor's own drawings, or folder:PATH with a sub-folder per class
   */
  dataset: string;
  /**
   * share of every class that is only judged on
   */
  held_out: number;
  /**
   * pictures to learn from, fewer than there are
   */
  subset: number | null;
  /**
   * passes over the pictures
   */
  epochs: number;
  /**
   * pictures per step: 1 is online learning, all is batch learning
   */
  batch_size: number | 'all';
  /**
   * start of everything random; the same seed, the same run
   */
  seed: number;
  /**
   * how a gradient becomes a step: plain, with momentum, looking ahead, or scaled by weight
   */
  optimizer: 'sgd' | 'momentum' | 'nesterov' | 'adam' | 'adamw';
  /**
   * highest learning rate
   */
  learning_rate: number;
  /**
   * share of the last step that momentum and nesterov keep
   */
  momentum: number;
  schedule: Schedule1;
  /**
   * L2 penalty; with adamw decoupled from the gradient
   */
  weight_decay: number;
  /**
   * L1 penalty: a constant pull of every weight towards zero
   */
  l1: number;
  /**
   * share that every weight loses at each step
   */
  decay_factor: number;
  /**
   * rate of the network's dropout layers, where it has any; its own unless given
   */
  dropout: number | null;
  /**
   * share of the target spread over all classes
   */
  label_smoothing: number;
  /**
   * longest gradient; a longer one is shortened to it
   */
  clip: number | null;
  /**
   * what is minimized; own is the one of the network's paper
   */
  loss: 'cross-entropy' | 'mean-squared-error' | 'own';
  /**
   * where the weights begin: as the network's own, X. Glorot and Y. Bengio 2010, K. He et al. 2015, orthogonal matrices, a normal distribution that is too narrow or too wide, or all zero
   */
  initialization: 'default' | 'xavier' | 'he' | 'orthogonal' | 'small' | 'large' | 'zeros';
  augmentation: Augmentation2;
  /**
   * when the run ends before its last epoch
   */
  early_stopping: EarlyStopping | null;
  /**
   * times that a run of the lab keeps its weights on the way
   */
  snapshots: number;
  /**
   * processor threads; another number rounds differently
   */
  threads: number;
  /**
   * the run's name; its id where left out
   */
  name: string;
  /**
   * a note about the run
   */
  note: string;
}
/**
 * how the learning rate changes
 */
export interface Schedule1 {
  /**
   * constant; step, times a factor every few epochs; linear or cosine, falling to the lowest; one-cycle, up and far down again
   */
  kind: 'constant' | 'step' | 'linear' | 'cosine' | 'one-cycle';
  /**
   * what the rate is multiplied by at each step of kind step
   */
  factor: number;
  /**
   * epochs between two steps of kind step
   */
  every: number;
  /**
   * share of the highest rate that linear and cosine end at
   */
  lowest: number;
  /**
   * share of the run in which the rate first rises from zero
   */
  warm_up: number;
}
/**
 * how pictures are changed before they are learned from
 */
export interface Augmentation2 {
  /**
   * moved, at 1 by up to a quarter of the side
   */
  shift: number;
  /**
   * turned, at 1 by up to 45 degrees
   */
  rotate: number;
  /**
   * enlarged or made smaller, at 1 by up to half
   */
  scale: number;
  /**
   * slanted, at 1 by up to half a pixel for each pixel down
   */
  shear: number;
  /**
   * bent like handwriting, at 1 as far as Simard et al. 2003 bend it
   */
  elastic: number;
  /**
   * share of the pictures that are mirrored, left to right
   */
  flip: number;
  /**
   * framed by zeros, at 1 an eighth of the side wide, and cut out anywhere
   */
  crop: number;
  /**
   * lighter or darker, and with more or less contrast
   */
  light: number;
  /**
   * hues turned and colours stronger or weaker; grey pictures stay
   */
  colour: number;
  /**
   * random grain added to every pixel
   */
  noise: number;
  /**
   * share of the pictures that lose a random rectangle
   */
  erase: number;
  /**
   * bright strokes made thicker or thinner
   */
  stroke: number;
}
/**
 * The normalized values and what they were normalized with.
 */
export interface NormalizationAnswer {
  /**
   * in the input's shape
   */
  output: unknown[];
  output_shape: number[];
  /**
   * local-response: the input divided by it is the output
   */
  divisor: unknown[] | null;
  alpha: Alphas | null;
  /**
   * batch: of each channel, as it was used
   */
  mean: number[] | null;
  /**
   * batch: of each channel, as it was used; n below, not n - 1
   */
  variance: number[] | null;
  /**
   * batch: after this batch
   */
  running_mean: number[] | null;
  /**
   * batch: after this batch; n - 1 below
   */
  running_variance: number[] | null;
  before: HistogramFacts;
  after: HistogramFacts;
}
/**
 * What `/operations/normalization` is asked; a field that belongs to the other kind is refused.
 */
export interface NormalizationRequest {
  /**
   * [C][H][W] or [N][C][H][W]; at most 262,144 values of at most 1,000,000
   */
  input: number[][][] | number[][][][];
  kind: 'local-response' | 'batch';
  /**
   * local-response: n, how many neighbouring maps are looked at
   */
  size: number;
  /**
   * local-response: see `convention`
   */
  alpha: number;
  /**
   * local-response: the exponent
   */
  beta: number;
  /**
   * local-response: what is always added
   */
  k: number;
  /**
   * local-response: alpha times the sum of squares (paper: Krizhevsky et al. 2012), or alpha / n times it (torch: as torch.nn.LocalResponseNorm takes it)
   */
  convention: 'paper' | 'torch';
  /**
   * batch: the batch's own statistics, or the running ones
   */
  training: boolean;
  /**
   * batch: share of this batch in the running statistics
   */
  momentum: number;
  /**
   * batch: added to the variance
   */
  eps: number;
  /**
   * batch: one value for each channel; 1 if it is left out
   */
  weight: number[] | null;
  /**
   * batch: one value for each channel; 0 if it is left out
   */
  bias: number[] | null;
  /**
   * batch: before this batch; 0 if it is left out
   */
  running_mean: number[] | null;
  /**
   * batch: before this batch; 1 if it is left out
   */
  running_variance: number[] | null;
  /**
   * of the histograms
   */
  bins: number;
  /**
   * the map whose histograms are wanted; all if left out
   */
  map: number | null;
}
/**
 * One photo; its picture is at /samples/photos/{name}.png.
 */
export interface PhotoRow {
  name: string;
  width: number;
  height: number;
  /**
   * who took it, and the licence
   */
  source: string;
}
/**
 * A picture, and the network that is asked.
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
   * a name from /models, or run:<id>; the default one if it is left out
   */
  model: string | null;
}
/**
 * A run of these settings.
 */
export interface Plan {
  planned: [number, number][];
  steps: number;
  per_epoch: number;
  pictures: number;
  held_out: number;
  classes: string[];
  parameters: number;
  layers: LayerFacts[];
  /**
   * bytes on disk that the run takes at most
   */
  disk: number;
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
   * a name from /models, or run:<id>; the default one if it is left out
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
  /**
   * the same for other languages, where they have it
   */
  why: Why | null;
}
/**
 * What an operation is asked: nothing is guessed, so that "3" is no number and true is no 1.
 */
export interface Question {}
/**
 * A run: its settings and its progress.
 */
export interface Run {
  id: string;
  name: string;
  note: string;
  status: 'queued' | 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted';
  /**
   * why it ended as it did, and what can be done; empty where there is nothing to say
   */
  reason: string;
  /**
   * the same for other languages; null where an older version wrote it down
   */
  why: Why | null;
  /**
   * its place among those that wait for their turn, from 1
   */
  position: number | null;
  /**
   * ISO 8601, UTC, as all times here
   */
  created: string;
  started: string | null;
  ended: string | null;
  settings: RunSettings;
  /**
   * of the whole run, once that is known
   */
  steps: number | null;
  step: number;
  /**
   * epochs that are done
   */
  epoch: number;
  /**
   * that it has trained for
   */
  seconds: number;
  last: Figures | null;
  best: Figures | null;
  device: string;
}
/**
 * A new name or note of a run; what is left out stays.
 */
export interface RunChange {
  name: string | null;
  note: string | null;
}
/**
 * The part that every event has.
 */
export interface RunEvent {
  seq: number;
}
/**
 * Every run, the newest first.
 */
export interface RunList {
  runs: Run[];
  /**
   * runs that cannot be read, and can be deleted; left out where there are none
   */
  damaged: DamagedRun[] | null;
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
 * How the learning rate changes during a run.
 */
export interface Schedule2 {
  /**
   * constant; step, times a factor every few epochs; linear or cosine, falling to the lowest; one-cycle, up and far down again
   */
  kind: 'constant' | 'step' | 'linear' | 'cosine' | 'one-cycle';
  /**
   * what the rate is multiplied by at each step of kind step
   */
  factor: number;
  /**
   * epochs between two steps of kind step
   */
  every: number;
  /**
   * share of the highest rate that linear and cosine end at
   */
  lowest: number;
  /**
   * share of the run in which the rate first rises from zero
   */
  warm_up: number;
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
 * The samples and the augmentation of a sheet.
 */
export interface Sheet {
  /**
   * a data set that is here, as in the settings of a run
   */
  dataset: string;
  augmentation: Augmentation3;
  seed: number;
  /**
   * samples, of all classes in turn
   */
  rows: number;
  /**
   * the sample as it is, then changed anew in each column
   */
  columns: number;
}
/**
 * How pictures are changed before they are learned from, each kind from 0, not at all, to 1, as far as it goes.
 */
export interface Augmentation3 {
  /**
   * moved, at 1 by up to a quarter of the side
   */
  shift: number;
  /**
   * turned, at 1 by up to 45 degrees
   */
  rotate: number;
  /**
   * enlarged or made smaller, at 1 by up to half
   */
  scale: number;
  /**
   * slanted, at 1 by up to half a pixel for each pixel down
   */
  shear: number;
  /**
   * bent like handwriting, at 1 as far as Simard et al. 2003 bend it
   */
  elastic: number;
  /**
   * share of the pictures that are mirrored, left to right
   */
  flip: number;
  /**
   * framed by zeros, at 1 an eighth of the side wide, and cut out anywhere
   */
  crop: number;
  /**
   * lighter or darker, and with more or less contrast
   */
  light: number;
  /**
   * hues turned and colours stronger or weaker; grey pictures stay
   */
  colour: number;
  /**
   * random grain added to every pixel
   */
  noise: number;
  /**
   * share of the pictures that lose a random rectangle
   */
  erase: number;
  /**
   * bright strokes made thicker or thinner
   */
  stroke: number;
}
/**
 * Weights have been kept.
 */
export interface SnapshotEvent {
  seq: number;
  kind: 'snapshot';
  step: number;
  epoch: number;
}
/**
 * The steps at which the weights were kept.
 */
export interface Snapshots {
  steps: number[];
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
 * Probabilities, their price, and the penalty as a prior. Logarithms are natural.
 */
export interface SoftmaxAnswer {
  probabilities: number[];
  log_probabilities: number[];
  /**
   * what the probabilities should be; null without a target
   */
  targets: number[] | null;
  /**
   * cross-entropy: - sum of targets times log probabilities
   */
  loss: number | null;
  /**
   * of the loss by each logit
   */
  gradient: number[] | null;
  /**
   * null without weights, as all that follows
   */
  penalty: number | null;
  /**
   * of the penalty by each weight
   */
  penalty_gradient: unknown[] | null;
  /**
   * loss + penalty; null without a target too
   */
  penalized: number | null;
  /**
   * of the prior: sigma = sqrt(1 / (2 strength)) for l2, a Gaussian; b = 1 / strength for l1, a Laplace distribution; null at strength 0, as all that follows
   */
  scale: number | null;
  /**
   * penalty + constant = - log_prior; depends on no weight's value
   */
  constant: number | null;
  /**
   * log density of the weights
   */
  log_prior: number | null;
  /**
   * loss - log_prior = penalized + constant: the negative log posterior, but for the log evidence
   */
  posterior: number | null;
}
/**
 * What `/operations/softmax` is asked.
 */
export interface SoftmaxRequest {
  /**
   * a score for each class; at most 1,000
   */
  logits: number[];
  /**
   * by which the logits are divided
   */
  temperature: number;
  /**
   * the right class; without it there is no loss
   */
  target: number | null;
  /**
   * share of the target that all classes divide evenly
   */
  label_smoothing: number;
  /**
   * on which the penalty lies
   */
  weights: number[] | number[][] | number[][][] | number[][][][] | null;
  /**
   * the sum of squares (l2) or of absolute values (l1), times `strength`
   */
  penalty: 'l1' | 'l2';
  strength: number;
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
 * The run is over; the stream ends.
 */
export interface StatusEvent {
  seq: number;
  kind: 'status';
  status: 'finished' | 'stopped' | 'failed' | 'interrupted';
  reason: string;
  /**
   * not there where an older version wrote it down
   */
  why: Why | null;
  best_epoch: number | null;
}
/**
 * The steps since the last event of this kind; every list has one value for each step.
 */
export interface StepsEvent {
  seq: number;
  kind: 'steps';
  first: number;
  epoch: number;
  loss: number[];
  accuracy: number[];
  rate: number[];
  gradient: number[];
  /**
   * from the start of the run to the last of these steps
   */
  seconds: number;
}
/**
 * Some of a run's steps, with the peaks kept: the least and greatest values of every part.
 */
export interface Stretch {
  /**
   * how many steps there are, of which these are some
   */
  steps: number;
  step: number[];
  loss: (number | null)[];
  accuracy: (number | null)[];
  rate: (number | null)[];
  gradient: (number | null)[];
  seconds: number[];
  /**
   * the running mean of the losses of all steps, at these steps
   */
  mean_loss: (number | null)[];
  /**
   * the same of the accuracies
   */
  mean_accuracy: (number | null)[];
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
