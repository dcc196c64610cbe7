/** From `minute` on, one full scan of the catalog takes `scanMs` of emulated storage time. A step function. */
export interface StorageStep {
  minute: number;
  scanMs: number;
}

/** What this cause puts into a scenario's document. */
export interface StoragePart {
  storageEmulation: boolean;
  storage: { enabled: boolean; steps: StorageStep[] };
}

/** What a preset says of this cause. */
export interface StorageSettings {
  /** From this minute on scans are slow even where no errors are wanted yet; null: short scans until errors begin. */
  slowFrom: { minute: number; scanMs: number } | null;
  /** A full scan takes this long all the time (ms), whatever the curve; without it scans are solved for the curve. */
  scanMs?: number;
}
