// Package bench measures the token service from outside: real calls over gRPC, callers
// included, beside what the engine takes when nothing but the rows is written.
package bench

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/process"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/suite/internal/stack"
)

// Options say what is measured.
type Options struct {
	// Postgres is the URL of a database in which schemas may be made; they are
	// dropped again. "" measures SQLite alone.
	Postgres string
	// Accounts is the number of customers; 0 means 512.
	Accounts int
	// During is how long each figure is measured; 0 means 5 s.
	During time.Duration
	// Told gets each figure as it is there.
	Told func(Figure)
}

// pause is between two looks at what is not there yet.
const pause = 20 * time.Millisecond

// Tokens measures the token service.
type Tokens struct {
	opt    Options
	engine string
	conns  []*grpc.ClientConn
	token  func(role string) (string, error)
	subs   []string
	out    []Figure
}

// MeasureTokens measures the token service on each engine, in temporary data.
func MeasureTokens(ctx context.Context, o Options) ([]Figure, error) {
	if o.Accounts <= 0 {
		o.Accounts = 512
	}
	if o.During <= 0 {
		o.During = 5 * time.Second
	}
	if o.Told == nil {
		o.Told = func(Figure) {}
	}
	engines := []process.Database{{Driver: string(db.SQLite)}}
	if o.Postgres != "" {
		dsn, drop, err := schemas(ctx, o.Postgres)
		if err != nil {
			return nil, err
		}
		defer drop() //nolint:errcheck // what was measured stands; a schema that stays harms nothing
		engines = append(engines, process.Database{Driver: string(db.Postgres), DSN: dsn})
	}
	var out []Figure
	for _, e := range engines {
		t := &Tokens{opt: o, engine: e.Driver}
		if err := t.run(ctx, e); err != nil {
			return out, err
		}
		out = append(out, t.out...)
	}
	return out, nil
}

// run puts the services up and measures.
func (t *Tokens) run(ctx context.Context, e process.Database) error {
	dir, err := os.MkdirTemp("", "cloudpact-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cfg := stack.Default()
	cfg.Data, cfg.Log, cfg.Database, cfg.Tokens = dir, "error", e, filepath.Join(dir, "tokens.yaml")
	cfg.GRPC.Listen.Addr, cfg.Ops.Addr = "127.0.0.1:0", ""
	s, err := stack.Start(ctx, cfg, process.Services...)
	if err != nil {
		return err
	}
	defer func() {
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		_ = s.Stop(end) // what was measured is told; the folder goes anyway
	}()
	t.token = s.Token
	if err := t.dial(s.Server.Addr()); err != nil {
		return err
	}
	defer t.hangUp()
	if t.subs, err = t.accounts(ctx, t.opt.Accounts); err != nil {
		return fmt.Errorf("make accounts: %w", err)
	}
	settle(ctx)
	return t.measure(ctx, filepath.Join(dir, "plain.db"), e)
}

func (t *Tokens) dial(addr net.Addr) error {
	for range 8 {
		c, err := rpc.Dial(addr.String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			return err
		}
		t.conns = append(t.conns, c)
	}
	return nil
}

func (t *Tokens) hangUp() {
	for _, c := range t.conns {
		_ = c.Close() // nothing is under way any more
	}
}

// as makes the calls of the context those of a role.
func (t *Tokens) as(ctx context.Context, role string) context.Context {
	token, err := t.token(role)
	if err != nil {
		return ctx // the call is refused and says why
	}
	return rpc.WithToken(ctx, token)
}

// measure takes the figures one after the other.
func (t *Tokens) measure(ctx context.Context, plain string, e process.Database) error {
	ceiling, err := t.ceiling(ctx, plain, e)
	if err != nil {
		return err
	}
	t.tell(ceiling)
	op := t.as(ctx, rpc.RoleOperator)
	batch := max(20_000, 0.4*ceiling.PerSecond)
	for _, m := range []struct {
		f Figure
		l load
	}{
		{Figure{Name: "single uses, 256 callers, spread accounts", Want: 6000, Unit: "uses/s"}, load{256, 1, t.single(op, t.opt.Accounts)}},
		{Figure{Name: "single uses, 256 callers, one account", Want: 4000, Unit: "uses/s"}, load{256, 1, t.single(op, 1)}},
		{Figure{Name: "batches of 100 uses, 32 callers", Want: batch, Unit: "uses/s"}, load{32, 100, t.batch(op)}},
		{Figure{Name: "single balances, 64 callers", Want: 12_000, Unit: "balances/s"}, load{64, 1, t.balance(op)}},
		{Figure{Name: "batches of 100 balances, 16 callers", Want: 100_000, Unit: "balances/s"}, load{16, 100, t.balances(op)}},
	} {
		m.f.Engine = t.engine
		f, err := m.l.drive(op, m.f, t.opt.During)
		if err != nil {
			return err
		}
		t.tell(f)
	}
	return nil
}

func (t *Tokens) tell(f Figure) {
	t.out = append(t.out, f)
	t.opt.Told(f)
}

func (t *Tokens) client(caller int) tokenv1.TokenServiceClient {
	return tokenv1.NewTokenServiceClient(t.conns[caller%len(t.conns)])
}

func requestID(parts ...any) string { return resource.ID("bench", fmt.Sprint(parts...)) }

// single is one use a call, of the first n accounts.
func (t *Tokens) single(ctx context.Context, n int) func(context.Context, int, int) error {
	return func(_ context.Context, c, i int) error {
		_, err := t.client(c).Redeem(ctx, &tokenv1.RedeemRequest{
			Parent: t.subs[(c*5+i)%n], Operation: "BACKUP", Units: []string{"vm-1"},
			RequestId: requestID(n, " ", c, " ", i),
		})
		return err
	}
}

// batch is a hundred uses of one account a call.
func (t *Tokens) batch(ctx context.Context) func(context.Context, int, int) error {
	return func(_ context.Context, c, i int) error {
		s := t.subs[(c*7+i)%len(t.subs)]
		in := &tokenv1.BatchRedeemRequest{Parent: s, Requests: make([]*tokenv1.RedeemRequest, 100)}
		for j := range in.Requests {
			in.Requests[j] = &tokenv1.RedeemRequest{Parent: s, Operation: "BACKUP", Units: []string{"vm-1"}, RequestId: requestID("b", c, " ", i, " ", j)}
		}
		out, err := t.client(c).BatchRedeem(ctx, in)
		if err != nil {
			return err
		}
		for _, r := range out.GetResults() {
			if r.GetStatus() != nil {
				return fmt.Errorf("an item was refused: %s", r.GetStatus().GetMessage())
			}
		}
		return nil
	}
}

// balance is one balance a call.
func (t *Tokens) balance(ctx context.Context) func(context.Context, int, int) error {
	return func(_ context.Context, c, i int) error {
		_, err := t.client(c).GetBalance(ctx, &tokenv1.GetBalanceRequest{Name: t.subs[(c*31+i)%len(t.subs)], Unit: "vm-1"})
		return err
	}
}

// balances is a hundred balances of different accounts a call.
func (t *Tokens) balances(ctx context.Context) func(context.Context, int, int) error {
	provider := strings.Join(strings.Split(t.subs[0], "/")[:2], "/")
	return func(_ context.Context, c, i int) error {
		in := &tokenv1.BatchGetBalancesRequest{Parent: provider, Requests: make([]*tokenv1.GetBalanceRequest, 100)}
		for j := range in.Requests {
			in.Requests[j] = &tokenv1.GetBalanceRequest{Name: t.subs[(c*64+i+j)%len(t.subs)], Unit: "vm-1"}
		}
		_, err := t.client(c).BatchGetBalances(ctx, in)
		return err
	}
}
