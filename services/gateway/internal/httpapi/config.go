// Package httpapi turns HTTP requests with JSON into calls of the suite's
// services. Anything it does not know is refused: fields, query parameters,
// routes, verbs; and its own refusals carry the same details as a service's.
package httpapi

import (
	"time"

	"cloudpact.dev/services/kit/listen"
)

// Config says how the gateway serves.
type Config struct {
	Listen      listen.Config `koanf:"listen" doc:"where JSON is served"`
	MaxBody     int64         `koanf:"max_body" doc:"largest request body in bytes"`
	Timeout     time.Duration `koanf:"timeout" doc:"limit of one call, streams excepted"`
	StopTimeout time.Duration `koanf:"stop_timeout" doc:"how long running calls may finish when the gateway stops"`
	RatePerSec  int           `koanf:"rate_per_second" doc:"calls a second that one credential may make in the long run; 0 sets no limit"`
	RateBurst   int           `koanf:"rate_burst" doc:"calls that one credential may make at once"`
}

// DefaultConfig serves on the suite's default address.
func DefaultConfig() Config {
	return Config{
		Listen:  listen.Config{Addr: "127.0.0.1:8080"},
		MaxBody: 4 << 20, Timeout: 30 * time.Second, StopTimeout: 10 * time.Second,
		RatePerSec: 0, RateBurst: 200,
	}
}
