package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/suite/internal/rig"
)

const (
	rushTokens  = 1000 // of testdata/rush.yaml, over four servers
	rushCallers = 32
	rushCalls   = 40 // so 1280 requests for 1000 tokens
)

// TestReplicasKilled lets many callers want more tokens than there are, through
// processes of the token service on one PostgreSQL that are killed (SIGKILL) and
// replaced one after the other. Callers whose call broke ask another process the
// same: never is one token too many taken, and none is lost.
func TestReplicasKilled(t *testing.T) {
	if !dbtest.Full() {
		return // needs PostgreSQL and Redis
	}
	t.Parallel()
	r := rig.Start(t, rig.Kind{Postgres: true, Split: true})
	_, res, err := r.Play(t.Context(), "testdata/rush.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rush := &rush{
		t: t, token: r.Tokens.Token(rpc.RoleOperator),
		parent: res.Provider + "/customers/rush/contracts/cloud/subscriptions/backup",
	}
	var processes []rig.Process
	for range 3 {
		p := r.Replica(t, "token")
		processes = append(processes, p)
		rush.reach(p.Addr)
	}
	done := make(chan struct{})
	go func() { defer close(done); rush.run() }()
	kills := 0
	for n, running := 0, true; running; n++ {
		select {
		case <-done:
			running = false
		case <-time.After(time.Duration(50+rand.IntN(100)) * time.Millisecond):
			i := n % len(processes)
			processes[i].Kill()
			kills++
			processes[i] = r.Replica(t, "token")
			rush.replace(i, processes[i].Addr)
		}
	}
	if kills < 3 {
		t.Errorf("only %d processes were killed before all callers were answered", kills)
	}
	t.Logf("%d processes were killed, %d calls broke", kills, rush.broken.Load())
	rush.check()
}

// rush is the callers and what they heard.
type rush struct {
	t             *testing.T
	token, parent string

	mu      sync.RWMutex
	clients []tokenv1.TokenServiceClient

	taken   sync.Map // request id -> name of the redemption
	refused atomic.Int64
	broken  atomic.Int64
}

func (r *rush) dial(addr string) tokenv1.TokenServiceClient {
	cc, err := rpc.Dial(addr, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = cc.Close() })
	return tokenv1.NewTokenServiceClient(cc)
}

func (r *rush) reach(addr string) { r.clients = append(r.clients, r.dial(addr)) }

func (r *rush) replace(i int, addr string) {
	c := r.dial(addr)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clients[i] = c
}

func (r *rush) client(i int) tokenv1.TokenServiceClient {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.clients[i%len(r.clients)]
}

func (r *rush) run() {
	var wg sync.WaitGroup
	for c := range rushCallers {
		wg.Go(func() {
			for n := range rushCalls {
				r.call(c, n)
				// So that the rush outlasts several processes on any machine.
				time.Sleep(time.Duration(20+rand.IntN(40)) * time.Millisecond)
			}
		})
	}
	wg.Wait()
}

// call asks for one token until somebody answers.
func (r *rush) call(c, n int) {
	in := &tokenv1.RedeemRequest{
		Parent: r.parent, Operation: "BACKUP", Units: []string{fmt.Sprintf("vm-%d", (c+n)%4+1)},
		RequestId: resource.ID("killed", fmt.Sprint(c), fmt.Sprint(n)),
	}
	for try := 0; r.t.Context().Err() == nil; try++ {
		ctx, cancel := context.WithTimeout(rpc.WithToken(r.t.Context(), r.token), 5*time.Second)
		out, err := r.client(c+n+try).Redeem(ctx, in)
		cancel()
		switch {
		case err == nil:
			if was, known := r.taken.LoadOrStore(in.GetRequestId(), out.GetName()); known {
				r.t.Errorf("request %s was answered twice: %v and %s", in.GetRequestId(), was, out.GetName())
			}
			return
		case fault.Is(fault.FromStatus(err), "NO_TOKEN"):
			r.refused.Add(1)
			return
		case status.Code(err) != codes.Unavailable && status.Code(err) != codes.DeadlineExceeded:
			r.t.Errorf("caller %d: %v", c, err)
			return
		}
		r.broken.Add(1)
		time.Sleep(time.Duration(2+rand.IntN(10)) * time.Millisecond)
	}
}

// check compares what the callers heard with what the service keeps.
func (r *rush) check() {
	ctx, client := rpc.WithToken(r.t.Context(), r.token), r.client(0)
	heard := map[string]bool{}
	r.taken.Range(func(_, name any) bool { heard[name.(string)] = true; return true })
	if len(heard) != rushTokens || r.refused.Load() != rushCallers*rushCalls-rushTokens {
		r.t.Errorf("%d uses were answered as taken and %d refused, of %d tokens", len(heard), r.refused.Load(), rushTokens)
	}
	if r.broken.Load() == 0 {
		r.t.Error("no call broke")
	}
	b, err := client.GetBalance(ctx, &tokenv1.GetBalanceRequest{Name: r.parent})
	if err != nil || b.GetUsed() != rushTokens || b.GetAvailable() != 0 || b.GetOverage() != 0 {
		r.t.Errorf("balance %v, %v", b, err)
	}
	kept := 0
	for page := ""; ; {
		out, err := client.ListRedemptions(ctx, &tokenv1.ListRedemptionsRequest{Parent: r.parent, PageSize: 500, PageToken: page})
		if err != nil {
			r.t.Fatal(err)
		}
		for _, x := range out.GetRedemptions() {
			if kept++; !heard[x.GetName()] {
				r.t.Errorf("%s was recorded and answered to nobody", x.GetName())
			}
		}
		if page = out.GetNextPageToken(); page == "" {
			break
		}
	}
	if kept != rushTokens {
		r.t.Errorf("%d uses are recorded", kept)
	}
}
