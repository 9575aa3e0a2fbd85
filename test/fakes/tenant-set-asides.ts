import type { SetAsideRef, TenantSetAsides } from '../../api/set-asides/ports.ts';
import type { SetAside } from '../../schemas/index.ts';

/** A set-aside in memory, with the times at which it was written and put back. */
interface Stored {
  set_aside: SetAside;
  set_aside_at: number;
  replayed_at?: number;
}

/** Creates the set-asides of tenants in memory. */
export function createFakeTenantSetAsides(stored: Stored[] = []): TenantSetAsides {
  const toRef = ({ set_aside, ...times }: Stored): SetAsideRef => {
    const { set_aside_id, reason } = set_aside;
    return { key: set_aside_id, set_aside_id, reason, ...times };
  };
  const of = (tenant: string) => stored.filter(({ set_aside }) => set_aside.tenant === tenant);
  const find = (some: Stored[], id: string) =>
    some.find(({ set_aside }) => set_aside.set_aside_id === id)?.set_aside;
  return {
    list: async (tenant) => ({ refs: of(tenant).map(toRef), is_complete: true }),
    read: async ({ key }) => find(stored, key),
    find: async (tenant, id) => find(of(tenant), id),
  };
}
