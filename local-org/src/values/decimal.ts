/** System.RoundingMode, by name. */
export type RoundingMode = 'UP' | 'DOWN' | 'CEILING' | 'FLOOR' | 'HALF_UP' | 'HALF_DOWN' | 'HALF_EVEN' | 'UNNECESSARY';

/**
 * Significant digits of a quotient that does not come out even: `1.0 / 3.0` has 33 threes
 * (https://force201.wordpress.com/2010/03/12/decimal-scale/).
 */
const QUOTIENT_DIGITS = 33;

/** An Apex Decimal with the semantics of java.math.BigDecimal: `unscaled` × 10^-`scale`. Immutable. */
export class ApexDecimal {
  readonly unscaled: bigint;
  readonly scale: number;

  static readonly ZERO = new ApexDecimal(0n, 0);

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled;
    this.scale = scale;
  }

  /** Reads `-12.340`, `1E5`, `.5`; null when the text is no number. */
  static parse(text: string): ApexDecimal | null {
    const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
    if (match === null) return null;
    const whole = match[2] ?? '';
    const fraction = match[3] ?? '';
    if (whole === '' && fraction === '') return null;
    const unscaled = BigInt(whole + fraction);
    return new ApexDecimal(match[1] === '-' ? -unscaled : unscaled, fraction.length - Number(match[4] ?? 0));
  }

  /** An Integer or Long, scale 0. */
  static of(value: number | bigint): ApexDecimal {
    return new ApexDecimal(BigInt(value), 0);
  }

  /** A Double through its shortest decimal text, as BigDecimal.valueOf(double). Throws a RangeError for NaN and infinities. */
  static fromDouble(value: number): ApexDecimal {
    const parsed = ApexDecimal.parse(String(value));
    if (parsed === null) throw new RangeError(`No decimal for ${value}`);
    if (parsed.scale < 0) return parsed.setScale(0);
    return parsed;
  }

  private at(scale: number): bigint {
    return this.unscaled * 10n ** BigInt(scale - this.scale);
  }

  add(other: ApexDecimal): ApexDecimal {
    const scale = Math.max(this.scale, other.scale);
    return new ApexDecimal(this.at(scale) + other.at(scale), scale);
  }

  subtract(other: ApexDecimal): ApexDecimal {
    return this.add(other.negate());
  }

  multiply(other: ApexDecimal): ApexDecimal {
    return new ApexDecimal(this.unscaled * other.unscaled, this.scale + other.scale);
  }

  /** The `/` operator. Throws a RangeError for a zero divisor, which the caller turns into a MathException. */
  divide(other: ApexDecimal): ApexDecimal {
    if (other.unscaled === 0n) throw new RangeError('Divide by 0');
    const preferred = this.scale - other.scale;
    if (this.unscaled === 0n) return new ApexDecimal(0n, Math.max(preferred, 0));
    // Enough places for QUOTIENT_DIGITS digits wherever the point falls, then cut to exactly that many.
    const places = QUOTIENT_DIGITS + 2 + digits(other.unscaled) - digits(this.unscaled) + preferred;
    const scale = Math.max(places, preferred, 0);
    const exponent = scale - preferred;
    const numerator = this.unscaled * 10n ** BigInt(exponent);
    const truncated = numerator / other.unscaled;
    const exact = truncated * other.unscaled === numerator;
    // A sticky digit keeps the rounding below right when something was cut here.
    const sticky = exact ? 0n : this.unscaled < 0n === other.unscaled < 0n ? 1n : -1n;
    const quotient = new ApexDecimal(truncated * 10n + sticky, scale + 1).roundToPrecision(QUOTIENT_DIGITS);
    return quotient.stripZerosTo(Math.max(preferred, 0));
  }

  /** Decimal.divide(divisor, scale, mode). Throws a RangeError for a zero divisor. */
  divideTo(other: ApexDecimal, scale: number, mode: RoundingMode): ApexDecimal {
    if (other.unscaled === 0n) throw new RangeError('Divide by 0');
    const exponent = scale - this.scale + other.scale;
    const numerator = exponent >= 0 ? this.unscaled * 10n ** BigInt(exponent) : this.unscaled;
    const denominator = exponent >= 0 ? other.unscaled : other.unscaled * 10n ** BigInt(-exponent);
    return new ApexDecimal(divideRounded(numerator, denominator, mode), scale);
  }

  negate(): ApexDecimal {
    return new ApexDecimal(-this.unscaled, this.scale);
  }

  abs(): ApexDecimal {
    return this.unscaled < 0n ? this.negate() : this;
  }

  /** -1, 0 or 1; the scale does not count. */
  compare(other: ApexDecimal): number {
    const scale = Math.max(this.scale, other.scale);
    const left = this.at(scale);
    const right = other.at(scale);
    return left < right ? -1 : left > right ? 1 : 0;
  }

  equals(other: ApexDecimal): boolean {
    return this.compare(other) === 0;
  }

  /** Throws a RangeError when UNNECESSARY would have to round. */
  setScale(scale: number, mode: RoundingMode = 'HALF_EVEN'): ApexDecimal {
    if (scale >= this.scale) return new ApexDecimal(this.at(scale), scale);
    return new ApexDecimal(divideRounded(this.unscaled, 10n ** BigInt(this.scale - scale), mode), scale);
  }

  /** The whole number that Decimal.round(mode) gives. */
  round(mode: RoundingMode = 'HALF_EVEN'): bigint {
    return this.setScale(0, mode).unscaled;
  }

  /** The whole part, as intValue() and longValue() take it before they wrap. */
  truncate(): bigint {
    return this.setScale(0, 'DOWN').unscaled;
  }

  precision(): number {
    return digits(this.unscaled);
  }

  pow(exponent: number): ApexDecimal {
    return new ApexDecimal(this.unscaled ** BigInt(exponent), this.scale * exponent);
  }

  stripTrailingZeros(): ApexDecimal {
    if (this.unscaled === 0n) return ApexDecimal.ZERO;
    return this.stripZerosTo(-Infinity);
  }

  toNumber(): number {
    return Number(this.toString());
  }

  /** Without scientific notation. */
  toPlainString(): string {
    const sign = this.unscaled < 0n ? '-' : '';
    const text = abs(this.unscaled).toString();
    if (this.scale === 0) return sign + text;
    if (this.scale < 0) return this.unscaled === 0n ? '0' : sign + text + '0'.repeat(-this.scale);
    const padded = text.padStart(this.scale + 1, '0');
    return `${sign}${padded.slice(0, -this.scale)}.${padded.slice(-this.scale)}`;
  }

  /** As BigDecimal.toString(): scientific when the exponent is below -6 or the scale negative. */
  toString(): string {
    const text = abs(this.unscaled).toString();
    const exponent = text.length - 1 - this.scale;
    if (this.scale >= 0 && exponent >= -6) return this.toPlainString();
    const sign = this.unscaled < 0n ? '-' : '';
    const mantissa = text.length === 1 ? text : `${text[0]}.${text.slice(1)}`;
    return `${sign}${mantissa}E${exponent >= 0 ? '+' : ''}${exponent}`;
  }

  private roundToPrecision(precision: number): ApexDecimal {
    const excess = digits(this.unscaled) - precision;
    if (excess <= 0) return this;
    const rounded = divideRounded(this.unscaled, 10n ** BigInt(excess), 'HALF_UP');
    // Rounding may carry into one more digit (9.99… -> 10.0…), so a second pass can be needed.
    return new ApexDecimal(rounded, this.scale - excess).roundToPrecision(precision);
  }

  private stripZerosTo(scale: number): ApexDecimal {
    let { unscaled } = this;
    let at = this.scale;
    while (at > scale && unscaled % 10n === 0n) {
      unscaled /= 10n;
      at--;
    }
    return at === this.scale ? this : new ApexDecimal(unscaled, at);
  }
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function digits(value: bigint): number {
  return abs(value).toString().length;
}

function divideRounded(numerator: bigint, denominator: bigint, mode: RoundingMode): bigint {
  const quotient = numerator / denominator;
  const remainder = numerator % denominator;
  if (remainder === 0n) return quotient;
  const negative = numerator < 0n !== denominator < 0n;
  const twice = abs(remainder) * 2n;
  const divisor = abs(denominator);
  const half = twice === divisor ? 0 : twice > divisor ? 1 : -1;
  const away = roundsAway(mode, negative, half, quotient % 2n !== 0n);
  if (!away) return quotient;
  return negative ? quotient - 1n : quotient + 1n;
}

function roundsAway(mode: RoundingMode, negative: boolean, half: number, odd: boolean): boolean {
  switch (mode) {
    case 'UP':
      return true;
    case 'DOWN':
      return false;
    case 'CEILING':
      return !negative;
    case 'FLOOR':
      return negative;
    case 'HALF_UP':
      return half >= 0;
    case 'HALF_DOWN':
      return half > 0;
    case 'HALF_EVEN':
      return half > 0 || (half === 0 && odd);
    case 'UNNECESSARY':
      throw new RangeError('Rounding necessary');
  }
}
