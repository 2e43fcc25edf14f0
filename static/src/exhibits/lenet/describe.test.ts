/** Words: every layer, map and value of both networks has them, in both languages, with nothing left to fill in. */

import { afterEach, describe, expect, it } from 'vitest';

import { columns } from '../../scene/column';
import { PUBLISHED, TODAY } from '../../scene/example';
import { inputsOf } from '../../scene/reads';
import { LANGUAGES, setLanguage } from '../../words/words';
import { about, aboutMap, aboutPicture, operation, placeName, title } from './describe';

afterEach(() => setLanguage('en'));

describe.each(LANGUAGES)('in %s', (language) => {
  it.each([
    ['today', TODAY],
    ['1998', PUBLISHED],
  ])('every layer of LeNet-5 (%s) is explained', (_, layers) => {
    setLanguage(language);
    for (const column of columns(layers)) {
      const words = [
        title(column.shown, column),
        operation(column),
        about(column, column.from),
        placeName({ layer: column.shown, map: 0 }, column),
        aboutMap({ layer: column.shown, map: 0 }, column, column.from, inputsOf(column, 0, 6)),
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
