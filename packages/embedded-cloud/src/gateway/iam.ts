import { matchesAny, type PolicyStatement, statementCovers } from './policy.ts';
import { ACCOUNT_ID, type Caller, type Permission } from './types.ts';

/**
 * A grant that no call has used. A grant is one action pattern on one resource pattern in the
 * policies of one role.
 */
export interface UnusedGrant {
  role: string;
  action: string;
  resource: string;
}

export interface Iam {
  /**
   * Checks whether the caller's role has all permissions.
   * @returns AWS's error message for the first permission that the role lacks, or undefined if the
   * call is allowed.
   */
  denial(caller: Caller, permissions: Permission[]): string | undefined;
  unusedGrants(): UnusedGrant[];
}

export interface IamOptions {
  /** Returns the statements of all policies of a role. CloudFormation references are resolved. */
  policiesOf(role_logical_id: string): PolicyStatement[];
  /**
   * Returns the logical ids of the roles to include in the report of unused grants. If the option
   * is absent, the report includes the roles that made at least one call.
   */
  roles?: (() => string[]) | undefined;
}

/** The answer of a role's statements to a permission. `silent` refuses it too. */
type Verdict = 'allowed' | 'denied' | 'silent';

/** Number of verdicts of one role that are kept, because few calls differ in their permissions. */
const MOST_VERDICTS = 1_000;

/**
 * Creates a check of calls against the policies of the template. A call may need several
 * permissions. The call is allowed if each permission is allowed by a statement and denied by no
 * statement. Callers without a role own the account and may make every call.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function createIam({ policiesOf, roles }: IamOptions): Iam {
  const used = new Map<string, Set<string>>();

  const evaluate = (
    role: string,
    statements: PolicyStatement[],
    permission: Permission,
  ): Verdict => {
    const covering = statements.filter((statement) =>
      statementCovers(statement, permission, permission.context),
    );
    if (covering.some(({ Effect }) => Effect === 'Deny')) return 'denied';
    for (const statement of covering) remember(role, statement, permission);
    return covering.length > 0 ? 'allowed' : 'silent';
  };
  const verdicts = new WeakMap<PolicyStatement[], Map<string, Verdict>>();

  /** Evaluates a permission, or returns the verdict of the same role and permission again. */
  const verdict = (role: string, permission: Permission): Verdict => {
    const statements = policiesOf(role);
    const known = verdicts.get(statements) ?? new Map<string, Verdict>();
    verdicts.set(statements, known);
    const { action, resource, context = {} } = permission;
    const key = JSON.stringify([role, action, resource, Object.entries(context)]);
    let found = known.get(key);
    if (found === undefined) {
      found = evaluate(role, statements, permission);
      // Each object of S3 is a resource of its own.
      if (known.size >= MOST_VERDICTS) known.clear();
      known.set(key, found);
    }
    return found;
  };

  const grantsUsedBy = (role: string): Set<string> => {
    const grants = used.get(role) ?? new Set<string>();
    used.set(role, grants);
    return grants;
  };

  const remember = (role: string, statement: PolicyStatement, permission: Permission) => {
    for (const grant of grantsOf(statement)) {
      if (!matchesAny([grant.action], permission.action, 'any-case')) continue;
      if (matchesAny([grant.resource], permission.resource)) grantsUsedBy(role).add(keyOf(grant));
    }
  };

  return {
    denial(caller, permissions) {
      const { role_logical_id: role } = caller;
      if (role === undefined) return undefined;
      void grantsUsedBy(role);
      for (const permission of permissions) {
        const result = verdict(role, permission);
        if (result !== 'allowed') return denialMessage(role, caller, permission, result);
      }
      return undefined;
    },
    unusedGrants: () =>
      (roles?.() ?? [...used.keys()]).flatMap((role) =>
        distinctGrants(policiesOf(role))
          .filter((grant) => !grantsUsedBy(role).has(keyOf(grant)))
          .map((grant) => ({ role, ...grant })),
      ),
  };
}

type Grant = Omit<UnusedGrant, 'role'>;

const keyOf = ({ action, resource }: Grant) => `${action} ${resource}`;

function distinctGrants(statements: PolicyStatement[]): Grant[] {
  const grants = statements.filter(({ Effect }) => Effect === 'Allow').flatMap(grantsOf);
  return [...new Map(grants.map((grant) => [keyOf(grant), grant])).values()];
}

/**
 * Lists the grants of a statement. The list omits a statement with `NotAction` or `NotResource`.
 * Such a statement names only excluded actions or resources, and therefore has no pattern that
 * could match a call.
 */
function grantsOf({ Effect, Action, Resource }: PolicyStatement): Grant[] {
  if (Effect !== 'Allow') return [];
  return listOf(Action).flatMap((action) =>
    listOf(Resource).map((resource) => ({ action, resource })),
  );
}

function listOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : [value].flat();
}

function denialMessage(
  role: string,
  caller: Caller,
  { action, resource }: Permission,
  result: 'denied' | 'silent',
): string {
  const user = `arn:aws:sts::${ACCOUNT_ID}:assumed-role/${role}/${caller.name}`;
  const reason =
    result === 'denied'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
}
