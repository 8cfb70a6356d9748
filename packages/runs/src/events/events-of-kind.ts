import type { RunEvent } from './run-event.js';

/** All events of one kind, in their order. */
export function eventsOfKind<Kind extends RunEvent['event']>(
  events: readonly RunEvent[],
  kind: Kind,
): Extract<RunEvent, { event: Kind }>[] {
  return events.filter((event): event is Extract<RunEvent, { event: Kind }> => event.event === kind);
}
