package httpapi

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	contractv1 "cloudpact.dev/gen/go/cloudpact/contract/v1"
	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/limit"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/genproto/googleapis/type/money"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// backend answers every call and remembers the last one.
type backend struct {
	method  string
	request proto.Message
	md      metadata.MD
	answer  proto.Message
	err     error
}

func (b *backend) Invoke(ctx context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	b.method, b.request = method, args.(proto.Message)
	b.md, _ = metadata.FromOutgoingContext(ctx)
	if b.err != nil {
		return b.err
	}
	if b.answer != nil {
		proto.Merge(reply.(proto.Message), b.answer)
	}
	return nil
}

func (b *backend) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Error(codes.Unavailable, "no streams here")
}

func start(t *testing.T, b *backend, cfg Config, l limit.Limiter) http.Handler {
	t.Helper()
	h, err := Handler(cfg, Options{Connect: func(string) grpc.ClientConnInterface { return b }, Limiter: l})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func call(h http.Handler, verb, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(verb, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// refusal reads what a refusal says: its reason and the field at fault.
func refusal(t *testing.T, w *httptest.ResponseRecorder) (reason, field string) {
	t.Helper()
	st := &rpcstatus.Status{}
	if err := protojson.Unmarshal(w.Body.Bytes(), st); err != nil {
		t.Fatalf("no status in %q: %v", w.Body, err)
	}
	for _, d := range status.FromProto(st).Details() {
		switch d := d.(type) {
		case *errdetails.ErrorInfo:
			if d.GetDomain() != fault.Domain {
				t.Errorf("domain %q", d.GetDomain())
			}
			reason = d.GetReason()
		case *errdetails.BadRequest:
			field = d.GetFieldViolations()[0].GetField()
		}
	}
	return reason, field
}

func TestRefusalsCarryDetails(t *testing.T) {
	cfg := DefaultConfig()
	cfg.MaxBody = 200
	for _, c := range []struct {
		name, verb, path, body string
		code                   int
		reason, field          string
	}{
		{"unknown route", "GET", "/v1/nothing", "", 404, "ROUTE_UNKNOWN", ""},
		{"wrong verb", "DELETE", "/v1/providers/p", "", 405, "VERB_NOT_ALLOWED", ""},
		{"unknown parameter", "GET", "/v1/providers/p/customers?page_sizze=3", "", 400, "BODY_INVALID", "page_sizze"},
		{"parameter beside a body", "POST", "/v1/providers/p/clock:advance?x=1", "{}", 400, "BODY_INVALID", "x"},
		{"parameter form", "GET", "/v1/providers/p/customers?page_size=many", "", 400, "BODY_INVALID", "page_size"},
		{"unknown field", "POST", "/v1/providers/p/clock:advance", `{"colour": 1}`, 400, "BODY_INVALID", "colour"},
		{"no json", "POST", "/v1/providers/p/clock:advance", `{`, 400, "BODY_INVALID", ""},
		{"too large", "POST", "/v1/providers/p/clock:advance", `{"requestId":"` + strings.Repeat("x", 300) + `"}`, 400, "BODY_INVALID", ""},
		{"smuggled slash", "GET", "/v1/providers/p%2Fcustomers%2Fc", "", 404, "ROUTE_UNKNOWN", ""},
		{"method override", "POST", "/v1/providers/p", "", 405, "VERB_NOT_ALLOWED", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &backend{}
			w := call(start(t, b, cfg, nil), c.verb, c.path, c.body, "X-HTTP-Method-Override", "GET")
			reason, field := refusal(t, w)
			if w.Code != c.code || reason != c.reason || field != c.field {
				t.Errorf("got %d %s %q, want %d %s %q: %s", w.Code, reason, field, c.code, c.reason, c.field, w.Body)
			}
			if b.method != "" {
				t.Errorf("%s was called", b.method)
			}
			for _, word := range []string{"strconv", "proto:", "json:", "runtime."} {
				if strings.Contains(w.Body.String(), word) {
					t.Errorf("the refusal speaks Go: %s", w.Body)
				}
			}
		})
	}
}

func TestServiceRefusalPasses(t *testing.T) {
	b := &backend{err: fault.Invalid("AMOUNT_INVALID", "payment.amount", "too precise").GRPCStatus().Err()}
	w := call(start(t, b, DefaultConfig(), nil), "POST", "/v1/providers/p/customers/c/contracts/k/accounts/a/payments:record", "{}")
	if reason, field := refusal(t, w); w.Code != 400 || reason != "AMOUNT_INVALID" || field != "payment.amount" {
		t.Errorf("got %d %s %s", w.Code, reason, field)
	}
}

func TestAnswerLeavesUnsetFieldsOut(t *testing.T) {
	b := &backend{answer: &billingv1.Account{Name: "n", Balance: &money.Money{CurrencyCode: "HKD", Units: 3}}}
	w := call(start(t, b, DefaultConfig(), nil), "GET", "/v1/providers/p/customers/c/contracts/k/accounts/a", "")
	got := strings.ReplaceAll(w.Body.String(), " ", "")
	if w.Code != 200 || got != `{"name":"n","balance":{"currencyCode":"HKD","units":"3"}}` {
		t.Errorf("got %d %s", w.Code, got)
	}
	if b.request.(*billingv1.GetAccountRequest).GetName() != "providers/p/customers/c/contracts/k/accounts/a" {
		t.Errorf("request %v", b.request)
	}
}

func TestIdempotencyKeySetsTheField(t *testing.T) {
	b := &backend{}
	h := start(t, b, DefaultConfig(), nil)
	call(h, "POST", "/v1/providers/p/clock:advance", "{}", "Idempotency-Key", "k-1")
	if got := b.request.(*contractv1.AdvanceClockRequest).GetRequestId(); got != "k-1" {
		t.Errorf("request_id %q", got)
	}
	call(h, "POST", "/v1/providers/p/clock:advance", `{"requestId":"own"}`, "Idempotency-Key", "k-1", "Authorization", "Bearer t")
	if got := b.request.(*contractv1.AdvanceClockRequest).GetRequestId(); got != "own" {
		t.Errorf("request_id %q", got)
	}
	if b.md.Get("authorization")[0] != "Bearer t" || len(b.md.Get(metadataIdempotency)) != 0 {
		t.Errorf("metadata %v", b.md)
	}
}

func TestRateLimit(t *testing.T) {
	cfg := DefaultConfig()
	cfg.RatePerSec, cfg.RateBurst = 1, 2
	h := start(t, &backend{}, cfg, limit.NewMemory(nil))
	var last *httptest.ResponseRecorder
	for range 3 {
		last = call(h, "GET", "/v1/providers/p", "", "Authorization", "Bearer a")
	}
	if reason, _ := refusal(t, last); last.Code != 429 || reason != "RATE_LIMITED" || last.Header().Get("Retry-After") == "" {
		t.Errorf("got %d %s", last.Code, last.Body)
	}
	if w := call(h, "GET", "/v1/providers/p", "", "Authorization", "Bearer b"); w.Code != 200 {
		t.Errorf("another credential is limited: %d", w.Code)
	}
}

func TestOperations(t *testing.T) {
	for _, c := range []struct{ verb, path, body, method string }{
		{"GET", "/v1/operations/billing?pageSize=2", "", "ListOperations"},
		{"GET", "/v1/operations/billing/x1", "", "GetOperation"},
		{"POST", "/v1/operations/billing/x1:wait", `{"timeout":"1s"}`, "WaitOperation"},
	} {
		b := &backend{}
		if w := call(start(t, b, DefaultConfig(), nil), c.verb, c.path, c.body); w.Code != 200 || b.method != "/google.longrunning.Operations/"+c.method {
			t.Errorf("%s %s calls %q: %d %s", c.verb, c.path, b.method, w.Code, w.Body)
		}
	}
}
