package doctor

// names are what was looked at, in the words of people.
func names() map[string]words {
	return map[string]words{
		"config":       {"配置", "Configuration"},
		"data":         {"数据目录", "Data directory"},
		"lock":         {"数据目录的锁", "Lock of the data directory"},
		"disk":         {"磁盘", "Disk"},
		"descriptors":  {"文件句柄", "File descriptors"},
		"keys":         {"密钥文件", "Key files"},
		"database":     {"数据库", "Database"},
		"nats":         {"NATS", "NATS"},
		"eligibility":  {"资格服务", "Eligibility service"},
		"pack":         {"知识包", "Knowledge pack"},
		"clock":        {"时钟", "Clock"},
		"certificates": {"证书", "Certificates"},
		"ports":        {"监听地址", "Addresses to listen on"},
		"blobs":        {"材料存储", "Store of documents"},
		"oidc":         {"企业账号登录", "Sign-in provider"},
		"jwks":         {"公钥地址", "Public keys of tokens"},
		"webhooks":     {"Webhook", "Webhooks"},
		"model":        {"语言模型", "Language model"},
		"zone":         {"时区", "Time zone"},
	}
}

// problems are what can be wrong, what it means for people, and what mends it.
func problems() map[string]problem {
	return map[string]problem{
		"config.wrong": {
			words{"配置有误", "there is a mistake in it"},
			words{"服务不会启动，用户打不开对话。", "the server does not start, and people cannot open a chat."},
			words{"改正上面指出的设置；configs/default.yaml 解释了每一项。文件来自更新的版本时，装上那个版本。", "correct the setting named above; configs/default.yaml explains each. A file of a newer version wants that version."},
		},
		"config.demo-public": {
			words{"演示模式在监听公网可达的地址", "the demo mode listens on every address of this machine"},
			words{"任何能访问这台机器的人都可以冒充任意演示用户。", "anybody who reaches this machine can be any demo user."},
			words{"真实用户请设置 mode: production；只是试用就设置 addr: 127.0.0.1:8080。", "for real people set mode: production; to try it, set addr: 127.0.0.1:8080."},
		},
		"data.unreadable": {
			words{"读不到 {dir}", "{dir} cannot be looked at"},
			words{"服务不会启动。", "the server does not start."},
			words{"让运行服务的用户可以进入上级目录：chmod o+x 或 chown。", "let the user of the server into the folders above it, by chmod or chown."},
		},
		"data.no-directory": {
			words{"{dir} 不是目录", "{dir} is no directory"},
			words{"服务不会启动，也存不下任何对话。", "the server does not start, and no conversation can be stored."},
			words{"把这个文件移开，或把 data（--data）指向一个目录。", "move that file away, or let data (--data) name a directory."},
		},
		"data.no-parent": {
			words{"{dir} 不存在，上级目录 {parent} 也不存在", "{dir} is not there, and neither is {parent}"},
			words{"可能是磁盘没有挂载。服务会在别处建一个空的数据库，用户会看不到以前的对话。", "a disk may not be mounted. Started like this, people would not find their conversations."},
			words{"先挂载磁盘（mount），或把 data 改成正确的目录。", "mount the disk first, or let data name the right directory."},
		},
		"data.not-made": {
			words{"{dir} 不存在，也无法在 {parent} 里创建", "{dir} is not there and cannot be made in {parent}"},
			words{"服务不会启动。", "the server does not start."},
			words{"mkdir -m 700 {dir} && chown <服务用户> {dir}", "mkdir -m 700 {dir} && chown <user of the server> {dir}"},
		},
		"data.not-writable": {
			words{"{dir} 不能写入", "nothing can be written into {dir}"},
			words{"收不下任何消息：没有写进磁盘的消息不会被确认。", "no message can be taken: nothing is acknowledged that is not on the disk."},
			words{"以可写方式重新挂载（mount -o remount,rw），取消 chattr +i，或 chown 给运行服务的用户。", "remount it writable (mount -o remount,rw), take chattr +i away, or chown it to the user of the server."},
		},
		"data.world-readable": {
			words{"{dir} 的权限是 {mode}，机器上所有用户都能读", "{dir} has mode {mode}: everybody on this machine can look into it"},
			words{"别的程序可以读到用户的对话。", "other programs can read people's conversations."},
			words{"chmod 700 {dir}", "chmod 700 {dir}"},
		},
		"data.foreign": {
			words{"{dir} 属于 {owner}，而现在是 {me} 在运行", "{dir} belongs to {owner}, and this runs as {me}"},
			words{"以另一个用户启动过的服务会留下打不开的文件。", "a server started as another user leaves files that the next one cannot open."},
			words{"用 {owner} 运行，或 chown -R {me} {dir}", "run as {owner}, or chown -R {me} {dir}"},
		},
		"data.network": {
			words{"{dir} 在 {kind} 上", "{dir} is on {kind}"},
			words{"网络文件系统的锁和刷盘不可靠，数据库可能损坏，已确认的消息可能丢失。", "locks and flushes cannot be relied on there: the database can be damaged, and acknowledged messages lost."},
			words{"换成本地磁盘，或用 PostgreSQL（database: postgres://…）。", "use a local disk, or PostgreSQL (database: postgres://…)."},
		},
		"data.fleeting": {
			words{"{dir} 在 {kind} 上，重启后会消失", "{dir} is on {kind}, which does not outlive a restart of the machine or the container"},
			words{"重启之后，用户的对话都没有了。", "after that restart all conversations are gone."},
			words{"在这个目录挂载一个持久卷（docker run -v …，或 PersistentVolumeClaim）。", "mount a lasting volume there (docker run -v …, or a PersistentVolumeClaim)."},
		},
		"disk.full": {
			words{"{dir} 所在磁盘已满", "the disk of {dir} is full"},
			words{"新消息都得不到确认，用户会看到「现在有点忙」。已确认的不会丢。", "no new message is acknowledged; people are asked to wait. Nothing that was acknowledged is lost."},
			words{"腾出空间或扩容；有空间后会自己恢复，不用重启。", "make room or enlarge the disk; it goes on by itself then, without a restart."},
		},
		"disk.too-little": {
			words{"{dir} 只剩 {free}", "only {free} are left for {dir}"},
			words{"磁盘一满，新消息就得不到确认。", "once it is full no new message is acknowledged."},
			words{"现在就腾出空间或扩容。", "make room or enlarge the disk now."},
		},
		"disk.little": {
			words{"{dir} 只剩 {free}", "{free} are left for {dir}"},
			words{"磁盘一满，新消息就得不到确认。", "once it is full no new message is acknowledged."},
			words{"安排扩容或清理。", "plan for more room."},
		},
		"disk.days": {
			words{"{dir} 剩 {free}，按最近每天 {daily} 还能用 {days} 天", "{free} are left for {dir}: {days} day(s) at {daily} a day, as of late"},
			words{"磁盘一满，新消息就得不到确认。", "once it is full no new message is acknowledged."},
			words{"在那之前扩容或清理。", "make room or enlarge the disk before that."},
		},
		"disk.no-inodes": {
			words{"{dir} 所在磁盘只剩 {nodes} 个 inode", "the disk of {dir} has only {nodes} inodes left"},
			words{"建不了新文件，材料存不进去，数据库也会出错。", "no files can be made: documents are not taken, and the database fails."},
			words{"df -i 看看是哪个目录的小文件太多，删掉它们。", "find the folder with all the small files (df -i) and clear it."},
		},
		"descriptors.few": {
			words{"一个进程最多 {limit} 个，只够 {sockets} 个连接", "a process may have {limit}, enough for {sockets} sockets"},
			words{"更多的人会连不上。", "more people than that cannot connect."},
			words{"systemd 里设置 LimitNOFILE=65536，容器用 --ulimit nofile=65536。", "set LimitNOFILE=65536 in the systemd unit, or --ulimit nofile=65536 for the container."},
		},
		"keys.unreadable": {
			words{"{setting}：读不到 {path}", "{setting}: {path} cannot be read"},
			words{"服务不会启动，或者用户的身份无法校验。", "the server does not start, or nobody can sign in."},
			words{"从密钥的备份里放回这个文件，或让运行服务的用户可读（chown），或改正 {setting}；从来没有过的才新做一个：{make}。", "put the file back from your copy, let the user of the server read it (chown), or correct {setting}; make a new one only where there never was any: {make}."},
		},
		"keys.public": {
			words{"{setting}：{path} 里没有可用的公钥", "{setting}: no public key in {path} can be used"},
			words{"服务不会启动，用户打不开对话。", "the server does not start, and people cannot open a chat."},
			words{"放入你的应用给出的公钥，与 auth.algorithm 一致：openssl pkey -in private.pem -pubout", "put the public key of your app there, of the kind that auth.algorithm says: openssl pkey -in private.pem -pubout"},
		},
		"keys.short": {
			words{"{setting}：{path} 只有 {bytes} 字节，至少要 {least}", "{setting}: {path} holds {bytes} bytes, and {least} are the least"},
			words{"短密钥可以被试出来，那样任何人都能冒充任何用户。", "a short key can be guessed, and whoever does can be anybody."},
			words{"openssl rand -hex 32 > {path}，并把同一个密钥给签发 token 的一方。", "openssl rand -hex 32 > {path}, and give the same key to whoever signs with it."},
		},
		"keys.guessable": {
			words{"{setting} 里是一个猜得到的密钥", "{setting} is a key that can be guessed"},
			words{"任何猜到的人都能冒充任何用户。", "whoever guesses it can be anybody."},
			words{"openssl rand -hex 32 > kaitong.key; chmod 600 kaitong.key，让 {setting} 指向它。", "openssl rand -hex 32 > kaitong.key; chmod 600 kaitong.key, and let {setting} name it."},
		},
		"keys.open": {
			words{"{setting}：{path} 的权限是 {mode}，别人也能读", "{setting}: {path} has mode {mode}: others can read it"},
			words{"机器上的其他人可以用它冒充任何用户，或读到加密的内容。", "others on this machine can be anybody with it, or read what it encrypts."},
			words{"chmod 600 {path}；如果别人可能已经看过，按 docs/operations.md 的 “A key got out” 处理。", "chmod 600 {path}; if somebody may have read it, see “A key got out” in docs/operations.md."},
		},
		"keys.demo": {
			words{"{setting} 是演示模式的密钥", "{setting} is the key of the demo mode"},
			words{"演示时它可能已经流出，拿到它的人能冒充任何用户。", "it may have got about while things were tried; whoever has it can be anybody."},
			words{"openssl rand -hex 32 > kaitong.key; chmod 600 kaitong.key，然后设置 auth.key_file: kaitong.key", "openssl rand -hex 32 > kaitong.key; chmod 600 kaitong.key, and set auth.key_file: kaitong.key"},
		},
		"keys.blobs-missing": {
			words{"没有 blobs.key_file", "there is no blobs.key_file"},
			words{"申诉时不能上传材料。", "people cannot attach documents to an appeal."},
			words{"openssl rand -hex 32 > blobs.key; chmod 600 blobs.key，然后设置 blobs.key_file: blobs.key", "openssl rand -hex 32 > blobs.key; chmod 600 blobs.key, and set blobs.key_file: blobs.key"},
		},
		"database.damaged": {
			words{"{name} 已损坏", "{name} is damaged"},
			words{"受损的对话打不开；继续写入可能让损坏扩大。", "conversations that are hit cannot be opened, and writing on may make it worse."},
			words{"停止服务，留一份副本，然后 kaitong restore 最近的备份；kaitong verify 说明缺了什么。", "stop the server, keep a copy, then kaitong restore the latest backup; kaitong verify names what is missing."},
		},
		"database.no-key": {
			words{"{name} 是加密的，给的密钥打不开它", "{name} is encrypted, and not with the keys that are given"},
			words{"服务不会启动，用户打不开对话。数据没有坏。", "the server does not start, so people cannot open a chat. Nothing is broken."},
			words{"把原来的密钥放回 encryption.key_file，每行一个；从密钥的备份里取，重新生成的没有用。", "put the former key back into encryption.key_file, one a line, from where you keep copies of keys: a new one does not open it."},
		},
		"database.newer": {
			words{"{name} 由更新的程序写入（{theirs}，这个程序认识 {ours}）", "{name} was written by a newer program ({theirs}, this one knows {ours})"},
			words{"这个版本不会启动，用户打不开对话。数据没有坏。", "this version does not start, so people cannot open a chat. Nothing is broken."},
			words{"装回那个更新的版本，或恢复升级之前的备份（kaitong restore）。", "install that newer version again, or restore the backup from before the upgrade (kaitong restore)."},
		},
		"database.older": {
			words{"{name} 由更旧的程序写入（{theirs}，这个程序需要 {ours}）", "{name} was written by an older program ({theirs}, this one wants {ours})"},
			words{"下次启动会升级它，旧版本之后就打不开了。", "the next start brings it up to date, and the older program cannot open it any more."},
			words{"先备份：kaitong backup（用旧版本），再启动。", "make a backup first (kaitong backup, of the older version), then start."},
		},
		"database.journal": {
			words{"日志模式是 {mode}，不是 wal", "its journal mode is {mode}, not wal"},
			words{"有人用别的工具改过这个文件；读和写会互相等待。", "somebody changed the file with another tool; reading and writing wait for each other."},
			words{"停止服务后：sqlite3 {name} 'PRAGMA journal_mode=WAL'，或者直接启动服务，它会改回来。", "start the server, which sets it again, or run sqlite3 {name} 'PRAGMA journal_mode=WAL' while it is stopped."},
		},
		"database.unreadable": {
			words{"读不了 {name}", "{name} cannot be read"},
			words{"服务不会启动，或者打不开对话。", "the server does not start, or cannot open conversations."},
			words{"看上面的原因；检查文件权限（chown），再运行一次。", "see the reason above; look at the permissions of the file (chown), and look again."},
		},
		"database.unreachable": {
			words{"连不上 {name}", "{name} cannot be reached"},
			words{"服务不会启动；正在运行的会对用户说「现在有点忙」。已确认的不会丢。", "the server does not start, and one that runs asks people to wait. Nothing that was acknowledged is lost."},
			words{"启动 PostgreSQL，检查 database 里的地址、用户和密码，以及 pg_hba.conf 和防火墙。", "start PostgreSQL; check address, user and password in database, pg_hba.conf and the firewall."},
		},
		"database.not-durable": {
			words{"PostgreSQL 的 fsync = {fsync}", "PostgreSQL runs with fsync = {fsync}"},
			words{"断电会丢失已确认的消息，所以服务拒绝启动。", "a power cut loses acknowledged messages, so the server refuses to start."},
			words{"在 postgresql.conf 设置 fsync = on，然后 SELECT pg_reload_conf();", "set fsync = on in postgresql.conf, then SELECT pg_reload_conf();"},
		},
		"database.lazy-commit": {
			words{"synchronous_commit = {value}", "synchronous_commit = {value}"},
			words{"Kaitong 自己的提交会打开它；别的程序写入的可能在崩溃时丢失。", "Kaitong turns it on for its own commits; what others write may be lost in a crash."},
			words{"ALTER DATABASE … SET synchronous_commit = on;", "ALTER DATABASE … SET synchronous_commit = on;"},
		},
		"database.standby": {
			words{"{name} 是只读的备机", "{name} is a standby"},
			words{"存不下新消息。", "no new message can be stored."},
			words{"让 database 指向主机，或提升备机：pg_ctl promote", "let database name the primary, or promote the standby: pg_ctl promote"},
		},
		"database.encoding": {
			words{"{name} 的编码是 {encoding}", "the encoding of {name} is {encoding}"},
			words{"存不下中文，所以服务拒绝启动。", "it cannot hold what people write, so the server refuses to start."},
			words{"CREATE DATABASE kaitong ENCODING 'UTF8' TEMPLATE template0;", "CREATE DATABASE kaitong ENCODING 'UTF8' TEMPLATE template0;"},
		},
		"database.no-rights": {
			words{"用户 {user} 不能在 {name} 里建表", "the user {user} may not make tables in {name}"},
			words{"启动或升级会失败。", "a start, or an upgrade, fails."},
			words{"GRANT CREATE, USAGE ON SCHEMA public TO {user};", "GRANT CREATE, USAGE ON SCHEMA public TO {user};"},
		},
		"database.connections": {
			words{"PostgreSQL 已用 {used}/{most} 个连接", "PostgreSQL has {used} of {most} connections in use"},
			words{"满了以后节点会连不上，用户会看到「现在有点忙」。", "once they are all taken nodes cannot connect, and people are asked to wait."},
			words{"调大 max_connections，或找出占着连接的程序（pg_stat_activity）。", "raise max_connections, or find who holds them (pg_stat_activity)."},
		},
		"nats.unreachable": {
			words{"连不上 {url}", "{url} cannot be reached"},
			words{"服务不会启动；正在运行的会说查不到资格，给一般性的回答。", "the server does not start; one that runs says that the check could not be made, and answers in general."},
			words{"启动 nats-server，检查 nats.url 和防火墙。", "start nats-server; check nats.url and the firewall."},
		},
		"nats.refused": {
			words{"{url} 拒绝了我们的用户名或凭据", "{url} refuses our user or credentials"},
			words{"查不到资格，新节点不会启动。", "no check can be made, and no node starts."},
			words{"按 nats-server 要的方式改正 nats.nkey_file、nats.creds_file、nats.token_file，或 nats.url 里的用户和密码，并确认 accounts 里有它。", "correct what nats-server asks for: nats.nkey_file, nats.creds_file, nats.token_file, or user and password in nats.url; its accounts must know it."},
		},
		"nats.forbidden-checks": {
			words{"不允许 {verb} {subject}", "we may not {verb} {subject}"},
			words{"资格查不到，只能给一般性的回答。", "no check can be made: answers go by what people describe."},
			words{"在 nats-server 的 permissions 里给这个用户加上 {verb}: {subject}", "add {verb}: {subject} to the permissions of this user in nats-server."},
		},
		"nats.forbidden-inbox": {
			words{"不允许 {verb} {subject}", "we may not {verb} {subject}"},
			words{"收不到答复，资格查不到，只能给一般性的回答。", "no answer reaches us, so no check can be made: answers go by what people describe."},
			words{"把 nats.inbox_prefix 改成 nats-server 允许这个用户的前缀，或换上它的密钥；不要放开 _INBOX.>，那样能听到别人的答复。", "set nats.inbox_prefix to what nats-server allows this user, or take the key that belongs to it; do not allow _INBOX.>, or it hears what others are answered."},
		},
		"nats.forbidden-appeals": {
			words{"不允许 {verb} {subject}", "we may not {verb} {subject}"},
			words{"申诉递不出去；会留着，之后再递。", "appeals cannot be handed in; they are kept, and tried again."},
			words{"在 nats-server 的 permissions 里给这个用户加上 {verb}: {subject}", "add {verb}: {subject} to the permissions of this user in nats-server."},
		},
		"nats.forbidden-incidents": {
			words{"不允许 {verb} {subject}", "we may not {verb} {subject}"},
			words{"听不到故障通告，用户不知道是我们的问题。", "incidents are not heard of, so people are not told that it is our fault."},
			words{"在 nats-server 的 permissions 里给这个用户加上 {verb}: {subject}", "add {verb}: {subject} to the permissions of this user in nats-server."},
		},
		"nats.forbidden-nodes": {
			words{"不允许 {verb} {subject}", "we may not {verb} {subject}"},
			words{"别的节点存下的消息、撤销的登录、坐席的状态，晚几秒才知道。", "what other nodes store, whom they sign out and who is at the desk is noticed some seconds later."},
			words{"在 nats-server 的 permissions 里给这个用户加上 {verb}: {subject}", "add {verb}: {subject} to the permissions of this user in nats-server."},
		},
		"eligibility.absent": {
			words{"没有服务在 {subject} 上应答", "no service answers on {subject}"},
			words{"每个回答都会说查不到资格，只能按描述给一般性建议。", "every answer says that the check could not be made, and goes by what people describe."},
			words{"启动你的资格服务并连到同一个 NATS；kaitong eligibility verify --nats {url} 可以检查它。", "start your eligibility service, connected to the same NATS; kaitong eligibility verify --nats {url} checks it."},
		},
		"eligibility.slow": {
			words{"应答用了 {took}，上限是 {limit}", "it took {took} to answer, and {limit} is the limit"},
			words{"很多回答会说查不到资格。", "many answers say that the check could not be made."},
			words{"看资格服务为什么慢，或调大 eligibility.timeout。", "see why the service is slow, or raise eligibility.timeout."},
		},
		"eligibility.demo": {
			words{"应答的是演示服务", "it is the demo service that answers"},
			words{"真实用户会得到编造的结论。", "real people would be told what was made up."},
			words{"停掉演示服务（kaitong eligibility serve），启动你自己的。", "stop the demo responder (kaitong eligibility serve) and start your own."},
		},
		"pack.broken": {
			words{"{dir} 里的知识包用不了", "the pack in {dir} cannot be used"},
			words{"服务不会启动；正在运行的继续用原来的知识包。", "the server does not start; one that runs goes on with the former pack."},
			words{"kaitong knowledge lint {dir} 会列出全部问题和改法。", "kaitong knowledge lint {dir} lists all problems, and how to mend them."},
		},
		"pack.lint": {
			words{"{dir} 里的知识包有 {count} 处问题", "the pack in {dir} has {count} problem(s)"},
			words{"能用，但有的回答可能过期或不完整。", "it can be used, but some answers may be out of date or incomplete."},
			words{"kaitong knowledge lint {dir}", "kaitong knowledge lint {dir}"},
		},
		"clock.off": {
			words{"与 {whose} 相差 {apart}（这里 {here}，那里 {there}）", "it is {apart} apart from that of {whose} ({here} here, {there} there)"},
			words{"登录 token 会被当作过期或尚未生效，用户变成匿名；显示给用户的时间也不对。", "tokens count as expired or not valid yet, so people are strangers; and times shown to them are wrong."},
			words{"timedatectl set-ntp true，或 chronyc makestep；看 chronyc tracking。", "timedatectl set-ntp true, or chronyc makestep; see chronyc tracking."},
		},
		"clock.behind-log": {
			words{"最新的对话记录是 {newest}，比现在（{here}）还晚 {apart}", "the newest turn is of {newest}, {apart} after now ({here})"},
			words{"时钟往回跳了；等候时间和有效期都会算错。顺序不受影响。", "the clock jumped back: waits and validity are counted wrongly. The order of messages is not touched."},
			words{"timedatectl set-ntp true，或 chronyc makestep；看 chronyc tracking。", "timedatectl set-ntp true, or chronyc makestep; see chronyc tracking."},
		},
		"certificates.expired": {
			words{"{where} 的证书在 {until} 过期了", "the certificate of {where} expired at {until}"},
			words{"连接会被拒绝，依赖它的功能都停了。", "connections are refused, and whatever needs them has stopped."},
			words{"换上新证书并重新加载那个服务（certbot renew，或你们的证书流程）。", "put a new certificate in place and reload that service (certbot renew, or your own way)."},
		},
		"certificates.soon": {
			words{"{where} 的证书在 {until} 过期", "the certificate of {where} expires at {until}"},
			words{"过期之后连接会被拒绝。", "after that connections are refused."},
			words{"现在就换新证书。", "renew it now."},
		},
		"certificates.too-early": {
			words{"{where} 的证书从 {from} 起才有效", "the certificate of {where} is valid from {from} on"},
			words{"在那之前连接会被拒绝；也可能是这台机器的时钟慢了。", "until then connections are refused; or the clock of this machine is slow."},
			words{"检查时钟（timedatectl），或换上已生效的证书。", "look at the clock (timedatectl), or use a certificate that is valid."},
		},
		"certificates.other-host": {
			words{"{where} 的证书不是给 {host} 的", "the certificate of {where} is not for {host}"},
			words{"连接会被拒绝；也可能有人在冒充它。", "connections are refused; or somebody pretends to be it."},
			words{"改用证书上的名字，或为 {host} 签发证书。", "use a name that is on the certificate, or have one made for {host}."},
		},
		"certificates.untrusted": {
			words{"{where} 的证书不受信任", "the certificate of {where} is not trusted"},
			words{"连接会被拒绝。", "connections are refused."},
			words{"让对方发送完整的证书链；自建 CA 请装进系统的信任库（update-ca-certificates）。", "let it send the whole chain; put a CA of your own into the system's store (update-ca-certificates)."},
		},
		"certificates.unreadable": {
			words{"{where} 里的证书读不了", "the certificate in {where} cannot be read"},
			words{"用到它的连接都建不起来。", "no connection that needs it can be made."},
			words{"放一个 PEM 格式的证书，并让运行服务的用户可读。", "put a certificate in PEM there that the user of the server can read."},
		},
		"ports.taken": {
			words{"{setting} {address} 被别的程序占用", "{setting} {address} is taken by another program"},
			words{"服务不会启动。", "the server does not start."},
			words{"ss -ltnp 看是谁占用并停掉它，或把 {setting} 改成别的端口。", "ss -ltnp tells which; stop it, or set {setting} to another port."},
		},
		"ports.forbidden": {
			words{"不允许监听 {setting} {address}", "we may not listen on {setting} {address}"},
			words{"服务不会启动。", "the server does not start."},
			words{"用 1024 以上的端口并放在反向代理后面，或 setcap cap_net_bind_service=+ep kaitong", "use a port above 1024 behind your reverse proxy, or setcap cap_net_bind_service=+ep kaitong"},
		},
		"ports.unusable": {
			words{"不能监听 {setting} {address}", "{setting} {address} cannot be listened on"},
			words{"服务不会启动。", "the server does not start."},
			words{"{setting} 必须是这台机器自己的地址；ip addr 列出它们。", "{setting} must be an address of this machine; ip addr lists them."},
		},
		"blobs.unreachable": {
			words{"连不上 {url}", "{url} cannot be reached"},
			words{"申诉的材料存不进去，也打不开；对话不受影响。", "documents of appeals cannot be kept or opened; chats go on."},
			words{"检查 blobs.url 里的 endpoint、region 和网络。", "check endpoint and region in blobs.url, and the network."},
		},
		"blobs.broken": {
			words{"写入、读取或删除试验文件失败（{url}）", "a probe could not be written, read or deleted ({url})"},
			words{"申诉的材料存不进去，也打不开；对话不受影响。", "documents of appeals cannot be kept or opened; chats go on."},
			words{"检查 blobs.url，以及存储桶的权限：需要 PutObject、GetObject、DeleteObject、ListBucket。", "check blobs.url, and the rights to the bucket: PutObject, GetObject, DeleteObject and ListBucket."},
		},
		"blobs.directory": {
			words{"写入、读取或删除试验文件失败（{url}）", "a probe could not be written, read or deleted ({url})"},
			words{"申诉的材料存不进去，也打不开；对话不受影响。", "documents of appeals cannot be kept or opened; chats go on."},
			words{"看上面的原因：磁盘满了就腾出空间，没有权限就 chown 给运行服务的用户。", "see the reason above: make room where the disk is full, or chown the directory to the user of the server."},
		},
		"oidc.unreachable": {
			words{"连不上 {url}", "{url} cannot be reached"},
			words{"客服不能用企业账号登录，人工接不起来。", "agents cannot sign in with the account of the company, so nobody takes over."},
			words{"检查 desk.oidc.issuer 和网络；desk.oidc.allow_local 的本地账号可以应急。", "check desk.oidc.issuer and the network; a local account (desk.oidc.allow_local) helps meanwhile."},
		},
		"oidc.odd": {
			words{"{url} 没有给出 OpenID 配置", "{url} does not tell its OpenID configuration"},
			words{"客服不能用企业账号登录。", "agents cannot sign in with the account of the company."},
			words{"desk.oidc.issuer 要与该地址配置里的 issuer 一字不差，例如 https://id.example.com/realms/bank", "desk.oidc.issuer must be what its configuration calls issuer, to the letter: https://id.example.com/realms/bank"},
		},
		"jwks.unreachable": {
			words{"连不上 {url}", "{url} cannot be reached"},
			words{"新密钥签发的 token 校验不了，用户会被当作陌生人。", "tokens signed with a new key cannot be checked, so people are strangers."},
			words{"检查 auth.jwks_url、网络和对方服务；也可以把公钥放进 auth.key_file。", "check auth.jwks_url, the network and the service there; or put the public keys into auth.key_file."},
		},
		"jwks.odd": {
			words{"{url} 没有给出 JWKS", "{url} does not answer with a JWKS"},
			words{"token 校验不了，用户会被当作陌生人。", "no token can be checked, so people are strangers."},
			words{"auth.jwks_url 要指向 JSON：{\"keys\": [...]}", "auth.jwks_url must lead to JSON of the form {\"keys\": [...]}"},
		},
		"webhooks.unreachable": {
			words{"{setting}：连不上 {url}", "{setting}: {url} cannot be reached"},
			words{"那边的人收不到转人工或告警；消息会保留并重试。", "the people there are not told of hand-overs or alerts; what waits is kept and tried again."},
			words{"检查地址、防火墙和对方服务。", "check the address, the firewall, and the service there."},
		},
		"webhooks.private": {
			words{"{setting}：{url} 在内网", "{setting}: {url} is in one's own network"},
			words{"为了安全，内网地址不会被调用，那边的人收不到通知。", "for safety no such address is called, so the people there are not told."},
			words{"确认它可信，然后设置 handoff.allow_private: true（告警用 analytics.alerts.webhook.allow_private）。", "if it can be trusted set handoff.allow_private: true (analytics.alerts.webhook.allow_private for alerts)."},
		},
		"model.unreachable": {
			words{"连不上 {url}", "{url} cannot be reached"},
			words{"回答不用语言模型，照常进行。", "answers go on without the language model."},
			words{"检查 llm.base_url 和网络；kaitong llm doctor 查得更细。", "check llm.base_url and the network; kaitong llm doctor looks closer."},
		},
		"zone.missing": {
			words{"没有时区 {zone}", "there is no time zone {zone}"},
			words{"统计的日期会错，服务不会启动。", "days are counted wrongly, so the server does not start."},
			words{"设置 analytics.zone，例如 Asia/Shanghai；或安装 tzdata。", "set analytics.zone, such as Asia/Shanghai; or install tzdata."},
		},
	}
}
