package httpapi

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"cloudpact.dev/services/kit/fault"
	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
)

// Reasons of refusals that are born here; values of cloudpact.type.v1.Reason.
const (
	reasonBody  = "BODY_INVALID"
	reasonRoute = "ROUTE_UNKNOWN"
	reasonVerb  = "VERB_NOT_ALLOWED"
)

// writeError writes a refusal as google.rpc.Status in JSON. A status without
// details was born in the gateway: a body or a query that cannot be read.
func writeError(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, err error) {
	code := 0
	if custom := (*runtime.HTTPStatusError)(nil); errors.As(err, &custom) {
		code, err = custom.HTTPStatus, custom.Err
	}
	st := status.Convert(err)
	if f := (*fault.Fault)(nil); errors.As(err, &f) {
		st = f.GRPCStatus()
	} else if len(st.Details()) == 0 {
		st = born(err, st).GRPCStatus()
	}
	if code == 0 {
		code = runtime.HTTPStatusFromCode(st.Code())
	}
	for _, d := range st.Details() {
		if retry, ok := d.(*errdetails.RetryInfo); ok {
			seconds := (retry.GetRetryDelay().AsDuration() + time.Second - 1) / time.Second
			w.Header().Set("Retry-After", strconv.Itoa(int(max(seconds, 1))))
		}
	}
	body, err := protojson.Marshal(st.Proto())
	if err != nil {
		body, code = []byte(`{"code":13,"message":"the refusal cannot be written"}`), http.StatusInternalServerError
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Del("Trailer")
	w.WriteHeader(code)
	_, _ = w.Write(body)
}

// born gives details to a status that has none.
func born(err error, st *status.Status) *fault.Fault {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge) || strings.Contains(st.Message(), "http: request body too large"):
		return fault.Invalid(reasonBody, "", "the body is larger than the gateway takes; send less at once")
	case st.Code() == codes.InvalidArgument:
		return fault.Invalid(reasonBody, fieldOf(st.Message()), "the request cannot be read: "+plain(err))
	case st.Code() == codes.Unavailable:
		return fault.Unavailable(fault.ReasonUnavailable, "the service behind the gateway does not answer; try again", time.Second)
	}
	return &fault.Fault{Code: st.Code(), Reason: fault.ReasonInternal, Message: plain(err)}
}

// writeRoutingError answers a path that is not served, or not with that verb.
func writeRoutingError(rs routes) runtime.RoutingErrorHandlerFunc {
	return func(ctx context.Context, mux *runtime.ServeMux, m runtime.Marshaler, w http.ResponseWriter, r *http.Request, _ int) {
		verbs := rs.verbs(r.URL.Path)
		if len(verbs) == 0 {
			writeError(ctx, mux, m, w, r, &fault.Fault{
				Code: codes.NotFound, Reason: reasonRoute,
				Message: "nothing is served under " + r.URL.Path + "; see /openapi.json",
			})
			return
		}
		allowed := strings.Join(verbs, ", ")
		w.Header().Set("Allow", allowed)
		writeError(ctx, mux, m, w, r, &runtime.HTTPStatusError{HTTPStatus: http.StatusMethodNotAllowed, Err: &fault.Fault{
			Code: codes.Unimplemented, Reason: reasonVerb,
			Message: r.URL.Path + " is served with " + allowed + ", not with " + r.Method,
		}})
	}
}

var (
	goWords  = regexp.MustCompile(`(strconv\.\w+: |proto: |json: |\(line [^)]*\): |rpc error: code = \w+ desc = |syntax error )`)
	badField = regexp.MustCompile(`(?:unknown field|for field|field) "?([A-Za-z0-9_.]+)"?`)
)

// plain strips the words of the Go libraries from a message.
func plain(err error) string {
	text := status.Convert(err).Message()
	return strings.TrimSpace(goWords.ReplaceAllString(strings.ReplaceAll(text, "\u00a0", " "), ""))
}

func fieldOf(message string) string {
	if m := badField.FindStringSubmatch(message); m != nil {
		return m[1]
	}
	return ""
}
