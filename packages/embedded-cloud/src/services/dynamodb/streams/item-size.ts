import type { AttributeValue, Item } from '../partiql-insert.ts';

/**
 * Computes the size of an item in bytes.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function computeItemBytes(item: Item): number {
  return sum(
    Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + computeBytes(value)),
  );
}

function computeBytes(attribute: AttributeValue): number {
  const [type, value] = Object.entries(attribute)[0] ?? ['NULL', true];
  switch (type) {
    case 'S':
      return Buffer.byteLength(value as string);
    case 'B':
      return Buffer.byteLength(value as string, 'base64');
    case 'N':
      return computeNumberBytes(value as string);
    case 'SS':
      return sum((value as string[]).map((member) => Buffer.byteLength(member)));
    case 'BS':
      return sum((value as string[]).map((member) => Buffer.byteLength(member, 'base64')));
    case 'NS':
      return sum((value as string[]).map(computeNumberBytes));
    case 'L':
      return 3 + sum((value as AttributeValue[]).map((member) => 1 + computeBytes(member)));
    case 'M':
      return 3 + Object.keys(value as Item).length + computeItemBytes(value as Item);
    default:
      return 1;
  }
}

/** A number has one byte for two significant digits, one byte for more, and one for a minus. */
function computeNumberBytes(number: string): number {
  const [mantissa = ''] = number.toLowerCase().split('e');
  const digits = mantissa.replace(/[^0-9]/g, '').replace(/^0+|0+$/g, '');
  return Math.ceil(digits.length / 2) + 1 + (number.startsWith('-') ? 1 : 0);
}

const sum = (sizes: number[]): number => sizes.reduce((total, size) => total + size, 0);
