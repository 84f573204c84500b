#!/usr/bin/env bash
# packages.sh [--list] GROUP...: sees to it that the Debian packages of these
# groups are there: build, test, demo, lint, format.
#
# Installs what is missing when it may (root, or sudo that asks no password);
# otherwise names the exact packages and fails.  --list only names them.
# Packages that a run can do without, at the price of skipped tests, are "wanted"
# and not "needed": they never stop a run, unless CI=true.
set -euo pipefail

list_only=
if [ "${1:-}" = --list ]; then
	list_only=yes
	shift
fi

needed=()
wanted=()

# The server version that is, or will be, built against.
server_version() {
	local config=${PG_CONFIG:-pg_config} version
	if [ -f "$("$config" --pgxs 2>/dev/null)" ]; then
		"$config" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/'
		return
	fi
	version=$(apt-cache depends postgresql 2>/dev/null |
		sed -n 's/^ *Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -n 1)
	echo "${version:-15}"
}

# Asked of the server that pg_config belongs to; empty when there is none.
server_path() {
	"${PG_CONFIG:-pg_config}" "--$1" 2>/dev/null || true
}

check_build() {
	local version=$1
	command -v make >/dev/null || needed+=(make)
	command -v gcc >/dev/null || command -v cc >/dev/null || needed+=(gcc)
	[ -e /usr/include/stdio.h ] || needed+=(libc6-dev)
	[ -e /usr/include/openssl/evp.h ] || needed+=(libssl-dev)
	# Both in one step: apt would otherwise take two different minor versions.
	if [ ! -f "$(server_path pgxs)" ] || [ ! -x "$(server_path bindir)/initdb" ]; then
		needed+=("postgresql-$version" "postgresql-server-dev-$version")
	fi
	[ -e "$(server_path sharedir)/extension/postgis.control" ] ||
		needed+=("postgresql-$version-postgis-3")
}

check_test() {
	local version=$1
	check_build "$version"
	command -v prove >/dev/null || needed+=(perl)
	[ -e "$(server_path sharedir)/extension/pgtap.control" ] ||
		wanted+=("postgresql-$version-pgtap")
	perl -MIPC::Run -e 1 2>/dev/null || wanted+=(libipc-run-perl)
	# Layers and tiles are read by GDAL, as GIS tools read them.
	command -v ogr2ogr >/dev/null || wanted+=(gdal-bin)
}

check_demo() {
	check_build "$1"
	/usr/bin/python3 -c 'import matplotlib' 2>/dev/null || wanted+=(python3-matplotlib)
	[ -n "$(fc-list :lang=zh 2>/dev/null)" ] || wanted+=(fonts-wqy-microhei)
}

check_lint() {
	check_build "$1"
	command -v clang >/dev/null || needed+=(clang)
	command -v nm >/dev/null || needed+=(binutils)
}

check_format() {
	command -v clang-format >/dev/null || needed+=(clang-format)
}

check() {
	local version group
	needed=()
	wanted=()
	version=$(server_version)
	for group in "$@"; do
		case $group in
			build | test | demo | lint | format) "check_$group" "$version" ;;
			*)
				echo "packages.sh: unknown group \"$group\"" >&2
				exit 2
				;;
		esac
	done
}

may_install() {
	[ -z "$list_only" ] && command -v apt-get >/dev/null || return 1
	[ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null
}

install() {
	local as_root=()
	[ "$(id -u)" = 0 ] || as_root=(sudo -n)
	echo "installing: $*"
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "$@"
}

check "$@"
missing=(${needed[@]+"${needed[@]}"} ${wanted[@]+"${wanted[@]}"})
[ ${#missing[@]} -gt 0 ] || exit 0

if [ -n "$list_only" ]; then
	printf '%s\n' "${missing[@]}" | sort -u
	exit 0
fi

if may_install; then
	# The second try is for a machine whose package lists are old or empty.
	install "${missing[@]}" || {
		[ "$(id -u)" = 0 ] && apt-get update || sudo -n apt-get update
		check "$@"
		install ${needed[@]+"${needed[@]}"} ${wanted[@]+"${wanted[@]}"}
	}
	hash -r
	check "$@"
fi

if [ "${CI:-}" = true ]; then
	needed=(${needed[@]+"${needed[@]}"} ${wanted[@]+"${wanted[@]}"})
	wanted=()
fi
if [ ${#wanted[@]} -gt 0 ]; then
	echo "not installed, some tests will be skipped: ${wanted[*]}" >&2
fi
if [ ${#needed[@]} -gt 0 ]; then
	{
		echo "packages are missing, and this user may not install them.  As root:"
		echo
		echo "    apt-get install -y ${needed[*]}${wanted[*]:+ ${wanted[*]}}"
		echo
	} >&2
	exit 1
fi
