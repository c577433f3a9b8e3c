// Without zod: the page shows money, too.

/** Dollars, as people write prices, in whole microdollars. */
export function microsOf(dollars: number): number {
  return Math.round(dollars * 1_000_000);
}

/** Microdollars as people read them: cents from a cent on, else as many digits as say something. `$1,234.50`, `$0.0042`, `$0.000001`. */
export function dollarText(micros: number): string {
  const whole = Math.abs(micros) >= 10_000 || micros === 0;
  const [dollars = '0', digits = ''] = (micros / 1_000_000).toFixed(whole ? 2 : 6).split('.');
  const grouped = dollars.replace(/\B(?=(?:\d{3})+$)/g, ',');
  const cut = whole ? digits : digits.replace(/0+$/, '');
  return `${grouped.startsWith('-') ? '-' : ''}$${grouped.replace('-', '')}.${cut.padEnd(2, '0')}`;
}
