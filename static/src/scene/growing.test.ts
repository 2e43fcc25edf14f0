/** Numbers that grow, are found and are written anew in between. */

import { expect, test } from 'vitest';

import { GrowingArray } from './growing';

function of(count: number): GrowingArray {
  const made = new GrowingArray();
  for (let value = 0; value < count; value += 1) made.push(value);
  return made;
}

test('what is pushed is there, beyond the first room too', () => {
  const made = of(5000);
  expect([made.length, made.at(4999), made.last, made.at(5000)]).toEqual([5000, 4999, 4999, NaN]);
});

test('others take the place of some, be they more or fewer', () => {
  const made = of(6);
  made.splice(2, 4, [10, 11, 12]);
  expect([...made.values]).toEqual([0, 1, 10, 11, 12, 4, 5]);
  made.splice(0, 5, []);
  expect([...made.values]).toEqual([4, 5]);
  made.splice(
    2,
    2,
    Float64Array.from({ length: 3000 }, (_, index) => index),
  );
  expect([made.length, made.last]).toEqual([3002, 2999]);
});

test('the first that is large enough is found', () => {
  const made = of(10);
  expect([made.search(0), made.search(4.5), made.search(9), made.search(10)]).toEqual([0, 5, 9, 10]);
});
