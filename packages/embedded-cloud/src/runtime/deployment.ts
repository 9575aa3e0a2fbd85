import { joinAssemblies, joinStacks } from './template/account.ts';
import { type Assembly, loadAssembly } from './template/assembly.ts';
import { createRoles, type Roles } from './template/roles.ts';
import { createStack, type Stack } from './template/stack.ts';

/**
 * The stacks of an account that are ready to deploy, with the policies of their roles.
 */
export interface Deployment {
  /** The assets of all stacks. */
  assembly: Pick<Assembly, 'assetFolder'>;
  /** The resources of all stacks. Name, outputs and parameters are those of the first stack. */
  stack: Stack;
  stacks: Stack[];
  roles: Roles;
}

/**
 * Reads one cloud assembly or several, and resolves their templates.
 *
 * @throws {Error} if a template contains a resource, an intrinsic function or a policy that is not
 * emulated, or if two stacks have a resource of the same name.
 */
export async function loadDeployment(
  assembly_dirs: string | readonly string[],
  parameters: Record<string, string> = {},
): Promise<Deployment> {
  const assemblies = await Promise.all([assembly_dirs].flat().map(loadAssembly));
  const stacks = assemblies.map((assembly) => createStack(assembly, parameters));
  const stack = joinStacks(stacks);
  return { assembly: joinAssemblies(assemblies), stack, stacks, roles: createRoles(stack) };
}
