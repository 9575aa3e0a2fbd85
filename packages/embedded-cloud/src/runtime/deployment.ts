import { type Assembly, loadAssembly } from './template/assembly.ts';
import { createRoles, type Roles } from './template/roles.ts';
import { createStack, type Stack } from './template/stack.ts';

/**
 * A stack that is ready to deploy. A deployment contains the assembly, the resources with the
 * parameters applied, and the policies of the roles.
 */
export interface Deployment {
  assembly: Assembly;
  stack: Stack;
  roles: Roles;
}

/**
 * Reads a cloud assembly and resolves its template.
 *
 * @throws {Error} if the template contains a resource, an intrinsic function or a policy that is
 * not emulated.
 */
export async function loadDeployment(
  assembly_dir: string,
  parameters: Record<string, string> = {},
): Promise<Deployment> {
  const assembly = await loadAssembly(assembly_dir);
  const stack = createStack(assembly, parameters);
  return { assembly, stack, roles: createRoles(stack) };
}
