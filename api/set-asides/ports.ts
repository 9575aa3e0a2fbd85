import type { SetAside, SetAsideReason } from '../../schemas/index.ts';

/** A set-aside of a listing, which has not read its object. */
export interface SetAsideRef {
  key: string;
  set_aside_id: string;
  reason: SetAsideReason;
  /** Time at which it was written, in epoch milliseconds. */
  set_aside_at: number;
  /** Time at which its records were put back on the stream, in epoch milliseconds. */
  replayed_at?: number;
}

/** Reads the set-asides of one tenant. Each method can throw a {@link ServiceError}. */
export interface TenantSetAsides {
  /** Lists set-asides. The list is not complete if there are more than can be listed in a request. */
  list(tenant: string): Promise<{ refs: SetAsideRef[]; is_complete: boolean }>;
  /** Returns undefined if the set-aside is no longer kept. */
  read(ref: SetAsideRef): Promise<SetAside | undefined>;
  /** Returns undefined if the tenant has no such set-aside. */
  find(tenant: string, set_aside_id: string): Promise<SetAside | undefined>;
}
