package host

import "context"

// LivePass looks once at the deadlines of live providers.
func LivePass(ctx context.Context, h *Host) error { return h.live.pass(ctx) }
