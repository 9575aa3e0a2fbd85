import { ACCOUNT_ID, REGION } from '../../gateway/types.ts';
import type { Template } from './assembly.ts';
import { NO_VALUE } from './intrinsics.ts';

/**
 * Returns the values of a template's parameters.
 * @throws {Error} if a given parameter is unknown, or a parameter of the template has no value.
 */
export function parameterValues(
  template: Template,
  overrides: Record<string, string>,
): Record<string, string> {
  const declared = template.Parameters ?? {};
  const unknown = Object.keys(overrides).filter((name) => !(name in declared));
  if (unknown.length > 0) {
    const known = Object.keys(declared).join(', ') || 'none';
    throw new Error(`The template has no parameter ${unknown.join(', ')}. It has ${known}.`);
  }
  return Object.fromEntries(
    Object.entries(declared).map(([name, { Default }]) => {
      const value = overrides[name] ?? Default;
      if (value === undefined) {
        throw new Error(`The parameter ${name} has no default. Give it a value.`);
      }
      return [name, String(value)];
    }),
  );
}

/**
 * Returns the values of CloudFormation's pseudo parameters.
 * Source:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
 */
export function pseudoParameters(stack_name: string, stack_id: string): Record<string, unknown> {
  return {
    'AWS::AccountId': ACCOUNT_ID,
    'AWS::Region': REGION,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack_name,
    'AWS::StackId': stack_id,
    'AWS::NotificationARNs': [],
    'AWS::NoValue': NO_VALUE,
  };
}
