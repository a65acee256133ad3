package host

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/fault"
)

// ClockSource tells the clock of a provider, from its owner. It is asked when a
// service meets the provider for the first time.
type ClockSource func(ctx context.Context, provider string) (commit.Clock, error)

// AskClock asks the service that keeps the providers.
func AskClock(registry grpc.ClientConnInterface) ClockSource {
	client := contractv1.NewRegistryServiceClient(registry)
	return func(ctx context.Context, provider string) (commit.Clock, error) {
		name := "providers/" + provider
		p, err := client.GetProvider(ctx, &contractv1.GetProviderRequest{Name: name})
		if err != nil {
			return commit.Clock{}, fault.FromStatus(err)
		}
		if p.GetMode() != contractv1.Provider_MODE_SANDBOX {
			return commit.Clock{Provider: provider, Mode: commit.Live}, nil
		}
		c, err := client.GetClock(ctx, &contractv1.GetClockRequest{Name: name + "/clock"})
		if err != nil {
			return commit.Clock{}, fault.FromStatus(err)
		}
		return commit.Clock{
			Provider: provider, Mode: commit.Sandbox,
			Now: c.GetNow().AsTime(), Operation: c.GetOperation(),
		}, nil
	}
}

// clocks is the committer's view of the clocks: a provider that has no row is
// asked for once. It implements commit.Clocks.
type clocks struct {
	*deadline.Clocks
	ask  ClockSource
	live sync.Map // providers that are known to be live
}

// askLimit bounds the question for a clock; a lane waits for it.
const askLimit = 5 * time.Second

// Get implements commit.Clocks.
func (c *clocks) Get(ctx context.Context, q db.Querier, provider string) (commit.Clock, error) {
	out, err := c.Clocks.Get(ctx, q, provider)
	if err != nil || out.Mode == commit.Sandbox || c.ask == nil || provider == "" {
		return out, err
	}
	if _, known := c.live.Load(provider); known {
		return out, nil
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	if out, err = c.ask(ctx, provider); err != nil {
		return out, fmt.Errorf("ask for the clock of %s: %w", provider, err)
	}
	if out.Mode == commit.Live {
		c.live.Store(provider, true)
		return out, nil
	}
	tx, ok := q.(db.Tx)
	if !ok {
		return out, nil // the next commit keeps it
	}
	return out, c.Set(ctx, tx, out)
}
