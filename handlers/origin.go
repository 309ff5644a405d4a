package handlers

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// origins are those whose pages may change things and open sockets.
type origins map[string]bool

// trustedOrigins is the public URL's, or those of loopback at port.
func trustedOrigins(public *url.URL, port string) origins {
	if public != nil {
		return origins{public.Scheme + "://" + public.Host: true}
	}
	o := origins{}
	for _, host := range []string{"localhost", "127.0.0.1", "[::1]"} {
		if port == "80" {
			o["http://"+host] = true
		} else {
			o["http://"+host+":"+port] = true
		}
	}
	return o
}

// ParsePublicURL reads the address at which browsers reach Parley: a scheme and a
// host, without a path.
func ParsePublicURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("public URL %q: write it like https://chat.example.com", text)
	}
	u.Path = ""
	u.Host = strings.ToLower(u.Host)
	if port := u.Port(); u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		u.Host = strings.TrimSuffix(u.Host, ":"+port)
	}
	return u, nil
}

func hostname(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return strings.Trim(hostport, "[]")
}

func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Proxies are the networks whose X-Forwarded-For is believed.
type Proxies []netip.Prefix

// ParseProxies reads networks and addresses with commas between them.
func ParseProxies(text string) (Proxies, error) {
	var all Proxies
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if ip, err := netip.ParseAddr(part); err == nil {
			all = append(all, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, fmt.Errorf("trusted proxies: %q is no network like 10.0.0.0/8", part)
		}
		all = append(all, prefix)
	}
	return all, nil
}

func (p Proxies) trusted(ip netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(ip) {
			return true
		}
	}
	return false
}

// address returns the client's: the connection's, or, where that is a trusted
// proxy, the last one in X-Forwarded-For that is not.
func (s *Server) address(r *http.Request) string {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip := remote.Addr().Unmap()
	if s.PublicURL != nil && forwarded(r) && !s.Proxies.trusted(ip) {
		s.untrusted.Do(func() {
			s.Log.Warn("a proxy is not trusted, so everyone behind it counts as one address; name its network with --trusted-proxies", "proxy", ip)
		})
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.Proxies.trusted(ip); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		ip = next.Unmap()
	}
	return ip.String()
}

// forwarded says whether a proxy passed the request on.
func forwarded(r *http.Request) bool {
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Via"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}
