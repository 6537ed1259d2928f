"""PostgreSQL: a server of its own in a temporary directory, which nothing but a socket in it leads to."""

import atexit
import getpass
import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile

import psycopg

from serve import each, serve


def programs():
    """Where the server's programs are: Debian has them beside each other, by version."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    path = found[-1] if found else shutil.which("initdb")
    if path is None:
        sys.exit("initdb is missing: install the package postgresql")
    return os.path.dirname(path)


def as_user(directory):
    """The server refuses to run as root: there it runs as the package's user."""
    if os.geteuid() != 0:
        return [], getpass.getuser()
    user = pwd.getpwnam("postgres")
    os.chown(directory, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"], "postgres"


def start(more=""):
    """A server, with these options besides."""
    directory = tempfile.mkdtemp(prefix="headcount-")
    data = os.path.join(directory, "data")
    run, user = as_user(directory)
    bin = programs()
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": directory}
    # A locale whose order is not that of code points: the statements must not care.
    locale = ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"]
    initdb = [f"{bin}/initdb", "-D", data, "-A", "trust", "-E", "UTF8", *locale, "-U", user]
    subprocess.run(run + initdb, **quiet)
    options = f"-k {directory} -c listen_addresses='' -c fsync=off -c jit=off {more}"
    server = [f"{bin}/pg_ctl", "-D", data, "-w", "-l", f"{directory}/log", "-o", options]
    subprocess.run(run + server + ["start"], **quiet)

    def stop():
        subprocess.run(run + [f"{bin}/pg_ctl", "-D", data, "-m", "immediate", "stop"], **{**quiet, "check": False})
        shutil.rmtree(directory, ignore_errors=True)

    atexit.register(stop)
    connection = psycopg.connect(host=directory, user=user, dbname="postgres", autocommit=True)
    connection.execute("CREATE EXTENSION hstore")
    return connection, connection.execute("SHOW server_version").fetchone()[0].split()[0]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def answer(connection, settings, columns, populations, statements):
    connection.execute("RESET ALL")
    for setting in settings:
        connection.execute(setting)
    with connection.transaction(), connection.cursor() as cursor:
        for tables in populations:
            for view in tables[len(columns) :]:
                cursor.execute(f"DROP VIEW IF EXISTS {view['name']}")
            for of, table in zip(columns, tables):
                # With the view that another population had of it, and this one may not have.
                cursor.execute(f"DROP TABLE IF EXISTS {table['name']} CASCADE")
                cursor.execute(table["ddl"])
                names = ", ".join(quoted(name) for name, _ in of)
                with cursor.copy(f"COPY {table['name']} ({names}) FROM STDIN") as copy:
                    for row in table["rows"]:
                        copy.write_row([of_kind(kind, row[name]) for name, kind in of])
            for view in tables[len(columns) :]:
                cursor.execute(view["ddl"])

    def ask(sql, parameters):
        # Placeholders are the server's own, `$1`: what is sent is what was written.
        with psycopg.RawCursor(connection) as cursor:
            return cursor.execute(sql, parameters or None).fetchall()

    return each(ask, statements)


def of_kind(kind, value):
    """An instant and a map as text; each other value as it is."""
    if value is not None and kind == "instant":
        return written(value)
    if value is not None and kind == "map":
        return ", ".join(f"{in_hstore(key)} => {in_hstore(value)}" for key, value in value.items())
    return value


def in_hstore(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(micros):
    days, micros = divmod(micros, 86_400_000_000)
    year, month, day = civil(days)
    seconds, micros = divmod(micros, 1_000_000)
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{micros:06}+00"
    return f"{year:04}-{month:02}-{day:02} {clock}" if year > 0 else f"{1 - year:04}-{month:02}-{day:02} {clock} BC"


def civil(days):
    """The date of a day since 1970; Howard Hinnant's `civil_from_days`."""
    days += 719_468
    era, day_of_era = divmod(days, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    month = month + 3 if month < 10 else month - 9
    return year_of_era + era * 400 + (month <= 2), month, day


if __name__ == "__main__":
    serve(start, answer)
