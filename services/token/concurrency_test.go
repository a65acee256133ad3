package token

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	_ "github.com/jackc/pgx/v5/stdlib"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/host"
	"cloudpact.dev/services/kit/host/hosttest"
	"cloudpact.dev/services/kit/lease"
	"cloudpact.dev/services/kit/redisx"
	"cloudpact.dev/services/kit/resource"
	"cloudpact.dev/services/kit/rpc"
	"cloudpact.dev/services/kit/wake"
	"cloudpact.dev/services/token/internal/app"
	"cloudpact.dev/services/token/internal/store"
)

// replica is another process of the same service on the same database.
func replica(t *testing.T, cfg db.Config, now *clock.Fixed) *rig {
	t.Helper()
	r := &rig{t: t, p: hosttest.New(t), now: now}
	r.p.System = now
	r.p.Host(t, dbtest.SQLiteConfig(t), host.Spec{Name: "billing", Encode: raw})
	must(t, r.p.Server.Register(rpc.Hosted{Service: "billing", Desc: &contractv1.RegistryService_ServiceDesc, Impl: registry{}}))
	r.token, r.app = r.service(cfg, false)
	r.p.Start(t)
	r.client = tokenv1.NewTokenServiceClient(r.p.Conn("token"))
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rush is many callers who want more tokens than there are, each through a
// replica of its choice, and who ask again until they are answered.
type rush struct {
	t        *testing.T
	replicas []*rig
	f        *contractv1.SubscriptionFacts
	tokens   int
	units    []string

	taken   sync.Map // request id -> redemption name
	refused atomic.Int64
}

const (
	rushCallers = 48
	rushCalls   = 20
)

func newRush(t *testing.T, replicas ...*rig) *rush {
	r := &rush{t: t, replicas: replicas, tokens: 60, units: []string{"vm-1", "vm-2", "vm-3", "vm-4"}}
	r.f = facts("rush", "s", "C2C_BACKUP", "2024-02-01", 12, r.tokens, r.units...)
	replicas[0].tell(r.f)
	replicas[0].now.Set(instant("2024-03-01T12:00:00+08:00"))
	return r
}

// run lets all callers go at once.
func (r *rush) run() {
	var wg sync.WaitGroup
	for c := range rushCallers {
		wg.Go(func() {
			for n := range rushCalls {
				r.call(c, n)
			}
		})
	}
	wg.Wait()
}

// call makes one call, single or batch, and repeats it until somebody answers.
func (r *rush) call(c, n int) {
	reqs := []*tokenv1.RedeemRequest{r.request(c, n, 0)}
	if n%4 == 0 {
		reqs = append(reqs, r.request(c, n, 1), r.request(c, n, 2))
	}
	for try := 0; ; try++ {
		rep := r.replicas[(c+n+try)%len(r.replicas)]
		err := r.once(rep, reqs)
		if err == nil {
			if rand.IntN(4) > 0 {
				return
			}
			if err = r.once(rep, reqs); err == nil { // a caller who lost the answer
				return
			}
		}
		if code := status.Code(err); code != codes.Unavailable && code != codes.DeadlineExceeded {
			r.t.Errorf("caller %d: %v", c, err)
			return
		}
		time.Sleep(time.Duration(5+rand.IntN(20)) * time.Millisecond)
	}
}

func (r *rush) request(c, n, i int) *tokenv1.RedeemRequest {
	return &tokenv1.RedeemRequest{
		Parent: r.f.Subscription, Operation: "BACKUP", Units: []string{r.units[(c+n+i)%len(r.units)]},
		RequestId: resource.ID("rush", fmt.Sprint(c), fmt.Sprint(n), fmt.Sprint(i)),
	}
}

func (r *rush) once(rep *rig, reqs []*tokenv1.RedeemRequest) error {
	ctx, cancel := context.WithTimeout(rep.as(rpc.RoleOperator), 10*time.Second)
	defer cancel()
	if len(reqs) == 1 {
		out, err := rep.client.Redeem(ctx, reqs[0])
		return r.note(reqs[0], out, err)
	}
	out, err := rep.client.BatchRedeem(ctx, &tokenv1.BatchRedeemRequest{Parent: r.f.Subscription, Requests: reqs})
	if err != nil {
		return err
	}
	for i, x := range out.GetResults() {
		if err := r.note(reqs[i], x.GetRedemption(), status.ErrorProto(x.GetStatus())); err != nil {
			return err
		}
	}
	return nil
}

// note keeps what became of a request: it must be the same at each answer.
func (r *rush) note(in *tokenv1.RedeemRequest, out *tokenv1.Redemption, err error) error {
	if err != nil {
		if fault.Is(fault.FromStatus(err), "NO_TOKEN") {
			r.refused.Add(1)
			return nil
		}
		return err
	}
	if was, known := r.taken.LoadOrStore(in.GetRequestId(), out.GetName()); known && was != out.GetName() {
		r.t.Errorf("request %s was answered as %v and as %s", in.GetRequestId(), was, out.GetName())
	}
	return nil
}

// check counts: every token went once, and none was lost or made.
func (r *rush) check() {
	r.t.Helper()
	total := 0
	r.taken.Range(func(any, any) bool { total++; return true })
	if want := r.tokens * len(r.units); total != want || r.refused.Load() == 0 {
		r.t.Errorf("%d uses were answered as taken and %d refused, there are %d tokens", total, r.refused.Load(), want)
	}
	rep := r.replicas[0]
	s, _ := app.ParseSub(r.f.Subscription, "")
	var st store.Store
	ctx, q := context.Background(), rep.token.DB.Read()
	lots, err := st.Lots(ctx, q, s)
	must(r.t, err)
	for _, l := range lots {
		uses, err := st.Uses(ctx, q, s, l.Ledger)
		must(r.t, err)
		if l.AfterTerm {
			continue
		}
		if l.Used != r.tokens || len(uses) != r.tokens || l.Free() != 0 || l.Overage() != 0 {
			r.t.Errorf("%s: %d used by its counter, %d by its rows, of %d", l.Ledger, l.Used, len(uses), r.tokens)
		}
		for i, u := range uses {
			if u.Ordinal != i+1 {
				r.t.Errorf("%s: use %d has the ordinal %d", l.Ledger, i+1, u.Ordinal)
			}
			if _, known := r.taken.Load(u.RequestID); !known {
				r.t.Errorf("%s: %s was recorded and answered to nobody", l.Ledger, u.ID)
			}
		}
	}
	sums, err := st.Sums(ctx, q, s, rep.now.Now())
	must(r.t, err)
	for _, x := range sums {
		if err := x.Check(); err != nil {
			r.t.Error(err)
		}
	}
}

// TestConcurrentCallers: one process, on each database.
func TestConcurrentCallers(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		r := newRush(t, newRig(t, config()))
		r.run()
		r.check()
	})
}

// TestReplicas: three processes on one PostgreSQL.
func TestReplicas(t *testing.T) {
	if !dbtest.Full() {
		return // needs PostgreSQL: CLOUDPACT_TEST=full
	}
	cfg := dbtest.PostgresConfig(t)
	first := newRig(t, cfg)
	r := newRush(t, first, replica(t, cfg, first.now), replica(t, cfg, first.now))
	r.run()
	r.check()
}

// TestConnectionsCut: the same while every connection to the database is cut
// again and again. Callers hear of nothing worse than UNAVAILABLE.
func TestConnectionsCut(t *testing.T) {
	if !dbtest.Full() {
		return // needs PostgreSQL: CLOUDPACT_TEST=full
	}
	cfg := dbtest.PostgresConfig(t)
	mark := "cut_" + strings.ReplaceAll(resource.ID(cfg.DSN), "-", "")[:12]
	cfg.DSN += "&application_name=" + mark
	first := newRig(t, cfg)
	r := newRush(t, first, replica(t, cfg, first.now), replica(t, cfg, first.now))
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { cut(t, mark, stop) })
	r.run()
	close(stop)
	wg.Wait()
	r.check()
}

// cut ends the backends of an application until it is told to stop.
func cut(t *testing.T, application string, stop chan struct{}) {
	dsn := os.Getenv("CLOUDPACT_TEST_POSTGRES")
	if dsn == "" {
		dsn = "postgres://postgres@127.0.0.1:5432/postgres?sslmode=disable"
	}
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Error(err)
		return
	}
	defer admin.Close()
	for {
		select {
		case <-stop:
			return
		case <-time.After(30 * time.Millisecond):
		}
		if _, err := admin.Exec("select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1", application); err != nil {
			t.Error(err)
		}
	}
}

// TestRedisLost: Redis is flushed, and then goes away, in the middle.
func TestRedisLost(t *testing.T) {
	hosttest.Each(t, func(t *testing.T, config func() db.Config) {
		server := miniredis.RunT(t)
		client, err := redisx.Open(redisx.Config{Addr: server.Addr()})
		must(t, err)
		p := hosttest.New(t)
		p.Env.Wake, p.Env.Lease = wake.NewRedis(client, p.Env.Log), lease.NewRedis(client, p.Env.Log)
		r := newRush(t, rigOn(t, p, config()))
		var wg sync.WaitGroup
		wg.Go(func() {
			for range 5 {
				server.FlushAll()
				time.Sleep(20 * time.Millisecond)
			}
			server.Close()
		})
		r.run()
		wg.Wait()
		r.check()
		b, err := r.replicas[0].client.GetBalance(r.replicas[0].as(rpc.RoleOperator), &tokenv1.GetBalanceRequest{Name: r.f.Subscription})
		if err != nil || b.GetUsed() != int32(r.tokens*len(r.units)) || b.GetAvailable() != 0 {
			t.Errorf("balance without Redis: %v, %v", b, err)
		}
	})
}
