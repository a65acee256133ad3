package httpapi

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"cloudpact.dev/services/kit/fault"
	"cloudpact.dev/services/kit/limit"
	"google.golang.org/grpc/codes"
)

// guard stands before the generated routes: it bounds body, time and rate, and
// refuses queries where the body is the whole request.
func guard(cfg Config, o Options, rs routes, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if r.URL.RawPath != "" { // ids need no escapes; a hidden "/" or ":" would name something else
			refuse(w, r, &fault.Fault{Code: codes.NotFound, Reason: reasonRoute, Message: "a path under /v1/ has no escapes"})
			return
		}
		if d := take(r.Context(), cfg, o.Limiter, r); !d.Allowed {
			refuse(w, r, fault.Exhausted("RATE_LIMITED", "too many calls with this credential; slow down", d.Retry))
			return
		}
		if r.URL.RawQuery != "" {
			if rt, ok := rs.find(r.Method, r.URL.Path); ok && rt.body {
				if err := (strictQuery{}).refuseAll(r.URL.Query()); err != nil {
					refuse(w, r, err)
					return
				}
			}
		}
		r.Body = http.MaxBytesReader(w, r.Body, cfg.MaxBody)
		if rt, ok := streamOf(rs, r); ok && rt.stream {
			next.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), cfg.Timeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// streamOf finds the route of a watching request; all of them end in :watch, so
// that others pay nothing for the question.
func streamOf(rs routes, r *http.Request) (route, bool) {
	const verb = ":watch"
	if p := r.URL.Path; len(p) < len(verb) || p[len(p)-len(verb):] != verb {
		return route{}, false
	}
	return rs.find(r.Method, r.URL.Path)
}

func take(ctx context.Context, cfg Config, l limit.Limiter, r *http.Request) limit.Decision {
	if l == nil || cfg.RatePerSec == 0 {
		return limit.Decision{Allowed: true}
	}
	sum := sha256.Sum256([]byte(r.Header.Get("Authorization")))
	rate := limit.Rate{Count: cfg.RatePerSec, Per: time.Second, Burst: max(cfg.RateBurst, 1)}
	return l.Take(ctx, "gateway/"+hex.EncodeToString(sum[:8]), rate, 1)
}

func refuse(w http.ResponseWriter, r *http.Request, err error) {
	writeError(r.Context(), nil, nil, w, r, err)
}
