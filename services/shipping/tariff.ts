/**
 * The shipping tariff: what a parcel costs from the warehouse in Columbus, Ohio, to a US ZIP code.
 * Zones follow the first digit of the ZIP code, which names a group of states; prices are the shop's own.
 */

export interface ParcelItem {
  /** Kilograms of one piece. */
  weight: number;
  quantity: number;
}

interface Zone {
  /** Price of any parcel, cents. */
  baseCents: number;
  /** Price of each kilogram begun, cents. */
  perKilogramCents: number;
  days: number;
}

const NEAR: Zone = { baseCents: 495, perKilogramCents: 60, days: 2 };
const MIDDLE: Zone = { baseCents: 595, perKilogramCents: 95, days: 3 };
const FAR: Zone = { baseCents: 795, perKilogramCents: 140, days: 5 };

/** By the first digit of the ZIP code: 0 New England … 4 the warehouse's own states … 9 the Pacific states. */
const ZONE_BY_FIRST_DIGIT = [MIDDLE, NEAR, NEAR, MIDDLE, NEAR, MIDDLE, MIDDLE, FAR, FAR, FAR] as const;

/** What a carrier takes, up to this many kilograms. */
const CARRIERS = [
  { upToKilograms: 2, carrier: 'Letterbox Post', surchargeCents: 0, extraDays: 0 },
  { upToKilograms: 30, carrier: 'Buckeye Parcel', surchargeCents: 250, extraDays: 0 },
  { upToKilograms: Infinity, carrier: 'Lakes Freight', surchargeCents: 4900, extraDays: 2 },
] as const;

/** Kilograms of all pieces together. */
export function totalWeight(items: readonly ParcelItem[]): number {
  return items.reduce((sum, item) => sum + item.weight * item.quantity, 0);
}

/**
 * The price of sending the items together: the zone's base, each kilogram begun, and the carrier's surcharge.
 * @param zip five digits, or ZIP+4; validated by the caller
 * @throws RangeError if the ZIP code doesn't begin with a digit
 */
export function quote(items: readonly ParcelItem[], zip: string) {
  const zone = ZONE_BY_FIRST_DIGIT[Number.parseInt(zip.charAt(0), 10)];
  if (!zone) throw new RangeError(`ZIP code ${JSON.stringify(zip)} begins with no digit: validate it first`);
  const kilograms = totalWeight(items);
  const carrier = CARRIERS.find((candidate) => kilograms <= candidate.upToKilograms) ?? CARRIERS[2];
  // The small allowance keeps 0.1 + 0.2 kg from counting as a kilogram more than 0.3 would.
  const kilogramsBegun = Math.max(1, Math.ceil(kilograms - 1e-9));
  return {
    cost_cents: zone.baseCents + zone.perKilogramCents * kilogramsBegun + carrier.surchargeCents,
    currency: 'USD',
    /** Working days until delivery. */
    days: zone.days + carrier.extraDays,
    carrier: carrier.carrier,
  };
}
