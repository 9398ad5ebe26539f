// Lengths that cannot be mixed up: the unit is part of the type.

type Unit = "m" | "km" | "ft" | "mi";

const METRES: Record<Unit, number> = { m: 1, km: 1000, ft: 0.3048, mi: 1609.344 };

export class Length<U extends Unit> {
  private constructor(
    readonly value: number,
    readonly unit: U,
  ) {}

  static of<U extends Unit>(value: number, unit: U): Length<U> {
    if (!Number.isFinite(value)) {
      throw new RangeError(`${value} is not a length`);
    }
    return new Length(value, unit);
  }

  to<V extends Unit>(unit: V): Length<V> {
    return Length.of((this.value * METRES[this.unit]) / METRES[unit], unit);
  }

  plus(other: Length<U>): Length<U> {
    return Length.of(this.value + other.value, this.unit);
  }

  isLongerThan(other: Length<Unit>): boolean {
    return this.value * METRES[this.unit] > other.value * METRES[other.unit];
  }

  toString(digits = 2): string {
    return `${this.value.toFixed(digits)} ${this.unit}`;
  }
}

const pattern = /^\s*(-?\d+(?:[.,]\d+)?)\s*(m|km|ft|mi)\s*$/;

export function parse(text: string): Length<Unit> {
  const match = pattern.exec(text);
  if (!match) {
    throw new SyntaxError(`"${text}" is not a length: write it like "3.5 km"`);
  }
  const [, digits, unit] = match;
  return Length.of(Number(digits!.replace(",", ".")), unit as Unit);
}

const walk = Length.of(3, "km").plus(parse("1.2 mi").to("km"));
console.log(`The walk around the lake is ${walk}, or ${walk.to("mi")}.`);
