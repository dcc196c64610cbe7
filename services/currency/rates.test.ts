import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CURRENCY_CODES } from '../lib/fields';
import { convert, crossRate, rateTable } from './rates';

test('converts by the cross rate through the euro', () => {
  // 100 USD = 100 / 1.0389 EUR = 96.2556… EUR
  assert.deepEqual(convert(100, 'USD', 'EUR'), {
    amount: 100,
    from: 'USD',
    to: 'EUR',
    rate: 0.962557,
    converted: 96.26,
  });
});

test('rounds to the decimals of the target: yen have none', () => {
  assert.equal(convert(99.99, 'USD', 'JPY').converted, 15694);
});

test('the same currency changes nothing, not even by rounding of the rate', () => {
  const result = convert(1234.56, 'SEK', 'SEK');
  assert.equal(result.rate, 1);
  assert.equal(result.converted, 1234.56);
});

test('rounds half a cent up, though binary fractions lie below it', () => {
  assert.equal(convert(1.005, 'USD', 'USD').converted, 1.01);
});

test('going there and back multiplies to one for every pair', () => {
  for (const from of CURRENCY_CODES) {
    for (const to of CURRENCY_CODES) {
      assert.ok(Math.abs(crossRate(from, to) * crossRate(to, from) - 1) < 1e-12, `${from} → ${to} → ${from}`);
    }
  }
});

test('the table has all ten currencies for one unit of the base', () => {
  const table = rateTable('USD');
  assert.deepEqual(table.rates.map((row) => row.code).sort(), [
    'AUD',
    'BRL',
    'CAD',
    'CHF',
    'EUR',
    'GBP',
    'INR',
    'JPY',
    'SEK',
    'USD',
  ]);
  assert.equal(table.rates.find((row) => row.code === 'USD')?.rate, 1);
  assert.equal(table.rates.find((row) => row.code === 'JPY')?.decimals, 0);
});
