/** Made of telemetry/ by pages.mjs: imported for what it does. */
export {};
