/** Descriptions: every layer, map and value of both networks has one in both languages. */

import { afterEach, describe, expect, it } from 'vitest';

import { columns } from '../../scene/column';
import { patterned, PUBLISHED, TODAY } from '../../scene/example';
import { inputsOf } from '../../scene/reads';
import { LANGUAGES, setLanguage } from '../../words/words';
import { about, aboutMap, aboutPicture, operation, placeName, title } from './describe';

afterEach(() => setLanguage('en'));

describe.each(LANGUAGES)('in %s', (language) => {
  it.each([
    ['today', TODAY],
    ['1998', PUBLISHED],
    [
      'of the lab',
      patterned({ image: [3, 20, 24], channels: [4], pooling: 'average', units: [9], norm: true, dropout: true }),
    ],
    ['of the lab, with sigmoids', patterned({ image: [1, 28, 28], channels: [4], units: [9], activation: 'sigmoid' })],
    ['of the lab, with tanh', patterned({ image: [1, 28, 28], channels: [4], units: [9], activation: 'tanh' })],
  ])('every layer of LeNet-5 (%s) is explained', (_, layers) => {
    setLanguage(language);
    for (const column of columns(layers)) {
      const words = [
        title(column.output, column),
        operation(column),
        about(column, column.from),
        placeName({ layer: column.output, map: 0 }, column),
        aboutMap({ layer: column.output, map: 0 }, column, column.from, inputsOf(column, 0, 6)),
      ];
      for (const sentence of words) {
        expect(sentence).not.toBe('');
        expect(sentence).not.toMatch(/[{}]|undefined|NaN/);
      }
      expect(operation(column)).not.toBe(column.kind);
    }
  });

  it('the picture has words too', () => {
    setLanguage(language);
    expect(title('input', null)).not.toBe('');
    for (const shape of [
      [1, 32, 32],
      [3, 20, 24],
    ]) {
      expect(aboutPicture(shape, 'ink')).not.toMatch(/[{}]/);
      expect(aboutPicture(shape, 'photo')).not.toMatch(/[{}]/);
    }
  });
});

it('says what a value of C3 sees and reads', () => {
  const c3 = columns(TODAY).find((column) => column.before === 'c3');
  if (c3 === undefined) throw new Error('no c3');
  c3.facts.receptive_field = 14;
  expect(about(c3, 'S2')).toContain('5×5');
  expect(about(c3, 'S2')).toContain('14×14');
});

it('says what follows a layer, and nothing of a bias that it does not have', () => {
  const [normal] = columns(patterned({ image: [1, 28, 28], channels: [4], activation: 'tanh', norm: true }));
  const [plain] = columns(patterned({ image: [1, 28, 28], channels: [4] }));
  if (normal === undefined || plain === undefined) throw new Error('no column');
  expect(about(normal, 'input')).toMatch(/batch normalization.*tanh/);
  expect(about(normal, 'input')).not.toContain('bias');
  expect(about(plain, 'input')).toContain('plus a bias');
});
