/** An object of the trail, as a listing shows it. */
export interface StoredObject {
  key: string;
  /** Number of versions that the store has of the object. The trail never writes a second one. */
  versions: number;
  /** Whether a delete marker hides the object. */
  is_deleted: boolean;
}

/** The store of the trail. Each method may throw a ServiceError. */
export interface AuditStore {
  /** Writes a new object. An existing object stays as it is. */
  put(key: string, text: string): Promise<'written' | 'exists'>;
  /** Returns undefined if the object does not exist. */
  getText(key: string): Promise<string | undefined>;
  /** Lists objects and deleted objects by prefix, in the order of their keys. */
  list(prefix: string): AsyncIterable<StoredObject>;
}

/** Sends reads of texts to the function that writes them. May throw a ServiceError. */
export interface AuditQueue {
  send(message: object, delay_seconds: number): Promise<void>;
}
