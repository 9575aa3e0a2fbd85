/** The parts of the stack to which intrinsic functions refer. */
export interface IntrinsicScope {
  ref(logical_id: string): unknown;
  attribute(logical_id: string, name: string): unknown;
  condition(name: string): boolean;
  mapping(map: string, top: string, second: string): unknown;
}

/** The value of `Ref: AWS::NoValue`. A property that has this value is removed. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Intrinsic = (argument: unknown, resolve: (value: unknown) => unknown) => unknown;

/**
 * Creates a function that resolves the intrinsic functions in a value of a template. The created
 * function throws an error if an intrinsic function is malformed or not emulated.
 */
export function createResolver(scope: IntrinsicScope): (value: unknown) => unknown {
  const intrinsics: Record<string, Intrinsic> = {
    ...referenceIntrinsics(scope),
    ...TEXT_INTRINSICS,
    ...conditionIntrinsics(scope),
  };
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve).filter((item) => item !== NO_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [name, argument] = entries[0] ?? [];
    if (entries.length === 1 && name !== undefined && isIntrinsic(name, argument)) {
      const intrinsic = intrinsics[name];
      if (intrinsic === undefined) {
        const known = Object.keys(intrinsics).join(', ');
        throw new Error(`The intrinsic ${name} is not emulated. Emulated: ${known}.`);
      }
      return intrinsic(argument, resolve);
    }
    return Object.fromEntries(
      entries.map(([key, item]) => [key, resolve(item)]).filter(([, item]) => item !== NO_VALUE),
    );
  };
  return resolve;
}

/**
 * Returns whether an object with a single field is an intrinsic function. `Condition` is an
 * intrinsic function only if its value is a name, because in an IAM policy the value of `Condition`
 * is an object.
 */
function isIntrinsic(name: string, argument: unknown): boolean {
  if (name === 'Condition') return typeof argument === 'string';
  return name === 'Ref' || name.startsWith('Fn::');
}

function referenceIntrinsics(scope: IntrinsicScope): Record<string, Intrinsic> {
  return {
    Ref: (argument) => scope.ref(text(argument, 'Ref')),
    'Fn::GetAtt': (argument, resolve) => {
      const [id, name] = typeof argument === 'string' ? splitOnce(argument) : list(argument);
      return scope.attribute(text(id, 'Fn::GetAtt'), text(resolve(name), 'Fn::GetAtt'));
    },
    'Fn::Sub': (argument, resolve) => {
      const [pattern, values] = typeof argument === 'string' ? [argument, {}] : list(argument);
      const own = (values ?? {}) as Record<string, unknown>;
      return text(pattern, 'Fn::Sub').replace(/\$\{([^}]+)\}/g, (_, name: string) => {
        if (name.startsWith('!')) return `\${${name.slice(1)}}`;
        if (name in own) return String(resolve(own[name]));
        const [id, attribute] = splitOnce(name);
        return String(attribute === undefined ? scope.ref(name) : scope.attribute(id, attribute));
      });
    },
    'Fn::FindInMap': (argument, resolve) => {
      const [map, top, second] = list(resolve(argument)).map((item) => text(item, 'Fn::FindInMap'));
      return scope.mapping(map ?? '', top ?? '', second ?? '');
    },
  };
}

const TEXT_INTRINSICS: Record<string, Intrinsic> = {
  'Fn::Join': (argument, resolve) => {
    const [delimiter, items] = list(argument);
    return list(resolve(items)).map(String).join(text(delimiter, 'Fn::Join'));
  },
  'Fn::Split': (argument, resolve) => {
    const [delimiter, whole] = list(argument);
    return text(resolve(whole), 'Fn::Split').split(text(delimiter, 'Fn::Split'));
  },
  'Fn::Select': (argument, resolve) => {
    const [index, items] = list(argument);
    const resolved = list(resolve(items));
    const chosen = resolved[Number(resolve(index))];
    if (chosen === undefined)
      throw new Error(
        `Fn::Select: the list has ${resolved.length} items and none at ${JSON.stringify(index)}.`,
      );
    return chosen;
  },
  'Fn::Base64': (argument, resolve) =>
    Buffer.from(text(resolve(argument), 'Fn::Base64')).toString('base64'),
};

function conditionIntrinsics(scope: IntrinsicScope): Record<string, Intrinsic> {
  return {
    Condition: (argument) => scope.condition(text(argument, 'Condition')),
    'Fn::If': (argument, resolve) => {
      const [name, then, otherwise] = list(argument);
      return resolve(scope.condition(text(name, 'Fn::If')) ? then : otherwise);
    },
    'Fn::Equals': (argument, resolve) => {
      const [left, right] = list(resolve(argument));
      return String(left) === String(right);
    },
    'Fn::Not': (argument, resolve) => list(resolve(argument))[0] !== true,
    'Fn::And': (argument, resolve) => list(resolve(argument)).every((item) => item === true),
    'Fn::Or': (argument, resolve) => list(resolve(argument)).some((item) => item === true),
  };
}

function splitOnce(name: string): [string, string?] {
  const dot = name.indexOf('.');
  return dot < 0 ? [name] : [name.slice(0, dot), name.slice(dot + 1)];
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value))
    throw new Error(`An intrinsic must have a list, and has ${JSON.stringify(value)}.`);
  return value;
}

function text(value: unknown, intrinsic: string): string {
  if (typeof value !== 'string') {
    throw new Error(`${intrinsic} must have a string, and has ${JSON.stringify(value)}.`);
  }
  return value;
}
