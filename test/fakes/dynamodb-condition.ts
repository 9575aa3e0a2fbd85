/** An attribute as DynamoDB's API represents it. */
export interface Attribute {
  S?: string;
  N?: string;
  BOOL?: boolean;
  M?: Item;
}
export type Item = Record<string, Attribute>;

type Condition = (item: Item, values: Item) => boolean;

const compiled = new Map<string, Condition>();

/**
 * Compiles a condition that consists of comparisons, `attribute_not_exists`, AND, OR and
 * parentheses.
 */
export function compileCondition(expression: string): Condition {
  const known = compiled.get(expression);
  if (known !== undefined) return known;
  const tokens = expression.match(/attribute_not_exists\(\w+\)|[()]|<=|>=|<>|[<>=]|:?\w+/g) ?? [];
  const condition = parseAny(tokens);
  if (tokens.length > 0) throw new Error(`The model of DynamoDB cannot read: ${expression}`);
  compiled.set(expression, condition);
  return condition;
}

function parseAny(tokens: string[]): Condition {
  let left = parseAll(tokens);
  while (tokens[0] === 'OR') {
    tokens.shift();
    const [first, second] = [left, parseAll(tokens)];
    left = (item, values) => first(item, values) || second(item, values);
  }
  return left;
}

function parseAll(tokens: string[]): Condition {
  let left = parseOne(tokens);
  while (tokens[0] === 'AND') {
    tokens.shift();
    const [first, second] = [left, parseOne(tokens)];
    left = (item, values) => first(item, values) && second(item, values);
  }
  return left;
}

const OPERATORS: Record<string, (a: number, b: number) => boolean> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
};

function parseOne(tokens: string[]): Condition {
  const first = tokens.shift() ?? '';
  if (first === '(') {
    const inner = parseAny(tokens);
    tokens.shift();
    return inner;
  }
  const absent = /^attribute_not_exists\((\w+)\)$/.exec(first)?.[1];
  if (absent !== undefined) return (item) => item[absent] === undefined;
  const compare = OPERATORS[tokens.shift() ?? ''];
  const value = tokens.shift() ?? '';
  if (compare === undefined) throw new Error('The model of DynamoDB expected a comparison');
  // A comparison with an attribute that does not exist is false.
  return (item, values) => {
    const [a, b] = [item[first]?.N, values[value]?.N];
    return a !== undefined && b !== undefined && compare(Number(a), Number(b));
  };
}
