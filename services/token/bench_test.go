package token

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/host/hosttest"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/token/internal/peers"
	"cloudpact.dev/services/token/internal/store"
)

// load is a token service behind a TCP listener with many accounts.
type load struct {
	*rig
	conns []*grpc.ClientConn
	ctx   context.Context
	subs  []string
}

// newLoad serves n accounts of one unit with more tokens than a run uses.
func newLoad(b *testing.B, cfg db.Config, n int) *load {
	b.Helper()
	tokens, err := rpc.OpenTokens(filepath.Join(b.TempDir(), "tokens.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	rc := rpc.DefaultConfig()
	rc.Listen.Addr = "127.0.0.1:0"
	p := hosttest.New(b)
	p.Tokens = tokens
	quiet := slog.New(slog.DiscardHandler)
	if p.Server, err = rpc.NewServer(rc, rpc.Options{Auth: tokens, Log: quiet}); err != nil {
		b.Fatal(err)
	}
	p.Env.Server, p.Env.Directory, p.Env.Log = p.Server, rpc.NewDirectory(func() string { return tokens.Token(rpc.RoleService) }), quiet
	r := rigOn(b, p, cfg)
	l := &load{rig: r, ctx: p.As(context.Background(), rpc.RoleOperator)}
	for range 8 {
		c, err := grpc.NewClient(p.Server.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		l.conns = append(l.conns, c)
	}
	l.accounts(n)
	r.now.Set(instant("2024-03-01T12:00:00+08:00"))
	return l
}

// accounts makes subscriptions without the detour over the feed.
func (l *load) accounts(n int) {
	var items []commit.Item
	for i := range n {
		s := store.Sub{Provider: "acme", Customer: fmt.Sprintf("c%d", i), Contract: "k", ID: "s"}
		f := facts(s.Customer, s.ID, "C2C_BACKUP", "2024-02-01", 18, 1_000_000_000, "vm-1")
		l.subs = append(l.subs, f.GetSubscription())
		sub, err := peers.Subscription(f)
		if err != nil {
			l.t.Fatal(err)
		}
		items = append(items, commit.Item{Key: s.Key(), Do: func(ctx context.Context, tx *commit.Tx) error {
			return l.app.TakeSubscription(ctx, tx, sub)
		}})
	}
	for _, err := range commit.ExecAll(commit.Internal(context.Background()), l.token.Commit, items) {
		if err != nil {
			l.t.Fatal(err)
		}
	}
}

// drive runs callers for a while and reports calls a second with their times.
func (l *load) drive(b *testing.B, callers, weight int, call func(client tokenv1.TokenServiceClient, caller, n int) error) {
	b.Helper()
	var wg sync.WaitGroup
	var count atomic.Int64
	times := make([][]time.Duration, callers)
	stop := make(chan struct{})
	watch, cpu := clock.Stopwatch(), cpuTime()
	for c := range callers {
		wg.Go(func() {
			client := tokenv1.NewTokenServiceClient(l.conns[c%len(l.conns)])
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				w := clock.Stopwatch()
				if err := call(client, c, n); err != nil {
					b.Error(err)
					return
				}
				times[c] = append(times[c], w())
				count.Add(int64(weight))
			}
		})
	}
	time.Sleep(5 * time.Second)
	close(stop)
	wg.Wait()
	took := watch()
	all := slices.Sorted(slices.Values(slices.Concat(times...)))
	b.ReportMetric(float64(count.Load())/took.Seconds(), "items/s")
	b.ReportMetric(float64((cpuTime()-cpu).Microseconds())/float64(count.Load()), "cpu-us/item")
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// cpuTime is what this process, callers and service alike, has computed so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func engines(b *testing.B, fn func(b *testing.B, cfg db.Config)) {
	b.Run("sqlite", func(b *testing.B) { fn(b, dbtest.SQLiteConfig(b)) })
	if dbtest.Full() {
		b.Run("postgres", func(b *testing.B) { fn(b, dbtest.PostgresConfig(b)) })
	}
}

func request(caller, n int) string {
	return resource.ID("bench", fmt.Sprint(caller), fmt.Sprint(n))
}

// BenchmarkRedeem is single uses by 256 callers on spread accounts.
func BenchmarkRedeem(b *testing.B) {
	engines(b, func(b *testing.B, cfg db.Config) {
		l := newLoad(b, cfg, 1024)
		l.drive(b, 256, 1, func(client tokenv1.TokenServiceClient, c, n int) error {
			_, err := client.Redeem(l.ctx, &tokenv1.RedeemRequest{
				Parent: l.subs[(c*4+n%4)%len(l.subs)], Operation: "BACKUP",
				Units: []string{"vm-1"}, RequestId: request(c, n),
			})
			return err
		})
	})
}

// BenchmarkRedeemHot is single uses by 256 callers on one account.
func BenchmarkRedeemHot(b *testing.B) {
	engines(b, func(b *testing.B, cfg db.Config) {
		l := newLoad(b, cfg, 1)
		l.drive(b, 256, 1, func(client tokenv1.TokenServiceClient, c, n int) error {
			_, err := client.Redeem(l.ctx, &tokenv1.RedeemRequest{Parent: l.subs[0], Operation: "BACKUP", Units: []string{"vm-1"}, RequestId: request(c, n)})
			return err
		})
	})
}

// BenchmarkBatchRedeem is batches of 100 uses by 32 callers.
func BenchmarkBatchRedeem(b *testing.B) {
	engines(b, func(b *testing.B, cfg db.Config) {
		l := newLoad(b, cfg, 256)
		l.drive(b, 32, 100, func(client tokenv1.TokenServiceClient, c, n int) error {
			sub := l.subs[(c*8+n%8)%len(l.subs)]
			in := &tokenv1.BatchRedeemRequest{Parent: sub, Requests: make([]*tokenv1.RedeemRequest, 100)}
			for i := range in.Requests {
				in.Requests[i] = &tokenv1.RedeemRequest{Parent: sub, Operation: "BACKUP", Units: []string{"vm-1"}, RequestId: request(c, n*100+i)}
			}
			out, err := client.BatchRedeem(l.ctx, in)
			if err == nil && out.GetResults()[0].GetStatus() != nil {
				err = fmt.Errorf("%v", out.GetResults()[0].GetStatus())
			}
			return err
		})
	})
}

// BenchmarkBalance is single balances by 64 callers.
func BenchmarkBalance(b *testing.B) {
	engines(b, func(b *testing.B, cfg db.Config) {
		l := newLoad(b, cfg, 1024)
		l.drive(b, 64, 1, func(client tokenv1.TokenServiceClient, c, n int) error {
			_, err := client.GetBalance(l.ctx, &tokenv1.GetBalanceRequest{Name: l.subs[(c*31+n)%len(l.subs)], Unit: "vm-1"})
			return err
		})
	})
}

// BenchmarkBatchBalance is batches of 100 balances by 16 callers.
func BenchmarkBatchBalance(b *testing.B) {
	engines(b, func(b *testing.B, cfg db.Config) {
		l := newLoad(b, cfg, 1024)
		l.drive(b, 16, 100, func(client tokenv1.TokenServiceClient, c, n int) error {
			in := &tokenv1.BatchGetBalancesRequest{Parent: "providers/acme", Requests: make([]*tokenv1.GetBalanceRequest, 100)}
			for i := range in.Requests {
				in.Requests[i] = &tokenv1.GetBalanceRequest{Name: l.subs[(c*64+n+i)%len(l.subs)], Unit: "vm-1"}
			}
			_, err := client.BatchGetBalances(l.ctx, in)
			return err
		})
	})
}

// BenchmarkCeiling is what the engine takes of the same rows: groups of 256
// plain inserts, a redemption and its share of the feed, one commit a group.
func BenchmarkCeiling(b *testing.B) {
	engines(b, func(b *testing.B, cfg db.Config) {
		l := newLoad(b, cfg, 1)
		n := 0
		watch := clock.Stopwatch()
		for watch() < 5*time.Second {
			err := l.token.DB.Write(context.Background(), func(ctx context.Context, tx db.Tx) error {
				rows := make([]*store.Redemption, 256)
				for i := range rows {
					rows[i] = plainRow(n + i)
				}
				return store.Store{}.Redeemed(ctx, tx, rows)
			})
			if err != nil {
				b.Fatal(err)
			}
			n += 256
		}
		b.ReportMetric(float64(n)/watch().Seconds(), "rows/s")
		b.ReportMetric(0, "ns/op")
	})
}

func plainRow(n int) *store.Redemption {
	return &store.Redemption{
		Sub:      store.Sub{Provider: "acme", Customer: fmt.Sprintf("c%d", n%1024), Contract: "k", ID: "s"},
		Recorded: instant(at), Ledger: "vm-1", Seq: int64(n), ID: request(0, n), Hash: make([]byte, 16), Operation: "BACKUP",
		Units: []string{"vm-1"}, Requested: instant(at), Completed: instant(at), Tokens: 1, Bucket: store.FromLeft, Remaining: 5,
		RequestID: request(0, n), Ordinal: n, State: store.Used,
	}
}
