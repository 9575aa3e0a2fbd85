/**
 * Filter criteria of the event source mapping of a table's stream.
 * Sources: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html and
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html
 */
export interface FilterCriteria {
  Filters?: { Pattern?: unknown }[];
}

/** A test of the values that a record has at one place. The list is empty if it has none. */
type Test = (values: string[]) => boolean;
/** The conditions that a record must meet. Each test is at the place that its names lead to. */
type Pattern = { path: string[]; tests: Test[] }[];

/** Lambda's default quota of filters. AWS raises it to ten on request. */
const MOST_FILTERS = 5;
/** Source: https://docs.aws.amazon.com/lambda/latest/api/API_Filter.html */
const MOST_CHARACTERS = 4096;

/**
 * Reads the filter criteria of a mapping of a table's stream.
 *
 * @returns a function that returns whether Lambda delivers a record, given the record's JSON. A
 * record is delivered if it matches one of the filters. Undefined if there is no filter.
 * @throws {Error} if Lambda would refuse a filter, or if a filter is not emulated.
 */
export function readFilterCriteria({
  Filters = [],
}: FilterCriteria): ((data: string) => boolean) | undefined {
  if (Filters.length === 0) return undefined;
  if (Filters.length > MOST_FILTERS) {
    throw new Error(`FilterCriteria has ${Filters.length} filters. Use at most ${MOST_FILTERS}.`);
  }
  const patterns = Filters.map(({ Pattern }) => readPattern(Pattern));
  return (data) => {
    const record: unknown = JSON.parse(data);
    return patterns.some((pattern) =>
      pattern.every(({ path, tests }) => {
        const values = findValues(record, path);
        return tests.some((test) => test(values));
      }),
    );
  };
}

function readPattern(text: unknown): Pattern {
  if (typeof text !== 'string' || text.length > MOST_CHARACTERS) {
    throw new Error(
      `FilterCriteria: Pattern must be text of at most ${MOST_CHARACTERS} characters.`,
    );
  }
  const pattern = parseJson(text);
  if (!isObject(pattern)) throw new Error(`FilterCriteria: ${text} is not a JSON object.`);
  // AWS: "DynamoDB event source mappings only support filtering on the dynamodb key."
  const other = Object.keys(pattern).find((name) => name !== 'dynamodb');
  if (other !== undefined) {
    throw new Error(
      `FilterCriteria: a table's stream is filtered by "dynamodb", not by "${other}".`,
    );
  }
  return listTests(pattern, []);
}

function listTests(pattern: Record<string, unknown>, path: string[]): Pattern {
  return Object.entries(pattern).flatMap(([name, wanted]) => {
    const place = [...path, name];
    if (isObject(wanted)) return listTests(wanted, place);
    if (Array.isArray(wanted) && wanted.length > 0 && name !== '$or') {
      return [{ path: place, tests: wanted.map(readTest) }];
    }
    const what = name === '$or' ? '$or is not emulated' : 'a leaf must be a list with values';
    throw new Error(`FilterCriteria: ${place.join('.')}: ${what}.`);
  });
}

/**
 * Reads one element of a list. A table's stream has no numbers: "DynamoDB event filtering doesn't
 * support the use of numeric operators", because numbers are text in the record.
 */
function readTest(wanted: unknown): Test {
  if (typeof wanted === 'string') return (values) => values.includes(wanted);
  const [[operator, value] = [], ...more] = Object.entries(isObject(wanted) ? wanted : {});
  if (more.length === 0) {
    if (operator === 'exists' && typeof value === 'boolean') {
      return (values) => values.length > 0 === value;
    }
    if (operator === 'prefix' && typeof value === 'string') {
      return (values) => values.some((one) => one.startsWith(value));
    }
    if (operator === 'anything-but' && isTexts(value)) {
      return (values) => values.some((one) => !value.includes(one));
    }
  }
  throw new Error(
    `FilterCriteria: ${JSON.stringify(wanted)} is not emulated. Use text, exists, prefix, or ` +
      'anything-but with a list of texts. Lambda compares no numbers of a table.',
  );
}

/**
 * Returns the leaves at a place of a record. The elements of a list are all at the place of the
 * list. An object is no leaf, so that `exists` never finds it.
 */
function findValues(record: unknown, path: string[]): string[] {
  if (Array.isArray(record)) return record.flatMap((element) => findValues(element, path));
  const [name, ...rest] = path;
  if (name !== undefined) {
    return isObject(record) && Object.hasOwn(record, name) ? findValues(record[name], rest) : [];
  }
  return isObject(record) ? [] : [String(record)];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
